declare module "*.css" {
  /** The rules, where the bundle takes them as text. */
  const rules: string;
  export default rules;
}
