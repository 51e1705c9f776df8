/** All nine checks with what they compared: when the anomaly was last seen, and now. */
import type { JSX } from "preact";
import type { CheckJson, VerdictJson } from "../../src/webapp/contract.ts";
import { wordsOfCheck, wordsOfStatus } from "../lib/check-words.ts";
import { formatLimits, formatValue } from "../lib/format.ts";

export interface ChecksTableProps {
  /** As they stood at the newest abnormal verdict; none for a metric without anomaly. */
  readonly then?: readonly CheckJson[] | undefined;
  readonly verdict: VerdictJson | undefined;
}

export function ChecksTable({ then, verdict }: ChecksTableProps): JSX.Element {
  const now = verdict?.status === "ok" ? verdict.checks : undefined;
  const names = (then ?? now ?? []).map(({ check }) => check);
  return (
    <section class="checks checks-nine">
      <h3>
        Why: the checks
        {verdict !== undefined && verdict.status === "ok" && (
          <span>
            now {verdict.votes} of {verdict.checks.length} fire
          </span>
        )}
      </h3>
      {verdict !== undefined && verdict.status !== "ok" && (
        <p class="soft">Not judged now: {wordsOfStatus(verdict.status)}.</p>
      )}
      {names.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="The checks and their numbers">
          <table>
            <thead>
              <tr>
                <th scope="col">Check</th>
                {then !== undefined && <CheckHeads when="When seen" />}
                {now !== undefined && <CheckHeads when="Now" />}
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name} data-check={name}>
                  <th scope="row" title={wordsOfCheck(name).question}>
                    {wordsOfCheck(name).label}
                  </th>
                  {then !== undefined && <CheckCells check={find(then, name)} />}
                  {now !== undefined && <CheckCells check={find(now, name)} />}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function CheckHeads({ when }: { readonly when: string }): JSX.Element {
  return (
    <>
      <th scope="col" class="outcome">
        {when}
      </th>
      <th scope="col" class="n">
        observed
      </th>
      <th scope="col" class="n">
        calm
      </th>
    </>
  );
}

function CheckCells({ check }: { readonly check: CheckJson | undefined }): JSX.Element {
  if (check === undefined) return <td colSpan={3}>–</td>;
  return (
    <>
      <td class="outcome">
        <Outcome outcome={check.outcome} />
      </td>
      <td class="n">{formatValue(check.observed)}</td>
      <td class="n">{formatLimits(check.lower, check.upper)}</td>
    </>
  );
}

function Outcome({ outcome }: { readonly outcome: CheckJson["outcome"] }): JSX.Element {
  const marks = { fired: "▲", calm: "●", abstained: "○" } as const;
  return (
    <span class={`outcome-${outcome}`}>
      <span aria-hidden="true">{marks[outcome]} </span>
      {outcome}
    </span>
  );
}

function find(checks: readonly CheckJson[], name: string): CheckJson | undefined {
  return checks.find(({ check }) => check === name);
}
