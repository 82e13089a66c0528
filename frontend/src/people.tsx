/** Who is at this terminal, who writes, and who would like to. */
import type { Member } from "./protocol.ts";
import { TEXT } from "./text.ts";

interface Props {
  members: Member[];
  /** This page's own client. */
  me: string | null;
  /** Whether this page decides who writes. */
  decides: boolean;
  grant(client: string): void;
}

export function People({ members, me, decides, grant }: Props) {
  return (
    <ul class="people">
      {members.map((member) => (
        <li key={member.client}>
          <span class="name">{member.client === me ? TEXT.you(member.user) : member.user}</span>
          <span class="fact">{role(member)}</span>
          {decides && grantable(member, me) && (
            <button type="button" class="small" onClick={() => grant(member.client)}>
              {TEXT.grant}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Whether a person can be let type; who came with a link for watching alone cannot. */
export function grantable({ client, role, may_control = true }: Member, me: string | null): boolean {
  return client !== me && role === "viewer" && may_control;
}

function role(member: Member): string {
  if (member.role === "writer") return TEXT.writes;
  if (member.may_control === false) return TEXT.onlyWatches;
  return member.asks ? TEXT.asks : TEXT.watches;
}
