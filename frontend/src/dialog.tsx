/** A dialog over the page: the browser keeps the keyboard in it, and Escape closes it. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  label: string;
  class?: string;
  close(): void;
  children: ComponentChildren;
}

export function Dialog({ label, class: more = "", close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before anything else can be typed.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => element?.close();
  }, []);
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return (
    <dialog class={`card ${more}`} ref={dialog} role="dialog" aria-label={label} onClick={outside}
      onCancel={(event) => (event.preventDefault(), close())}>
      <div class="inside">{children}</div>
    </dialog>
  );
}
