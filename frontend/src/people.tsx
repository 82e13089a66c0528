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
          {decides && member.client !== me && member.role !== "writer" && (
            <button type="button" class="small" onClick={() => grant(member.client)}>
              {TEXT.grant}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function role(member: Member): string {
  if (member.role === "writer") return TEXT.writes;
  return member.asks ? TEXT.asks : TEXT.watches;
}
