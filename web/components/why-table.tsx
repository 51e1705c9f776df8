/** Why the streaming detector told of it: what was expected and from where, how rare it is, each voice. */
import type { JSX } from "preact";
import type { WhyJson } from "../../src/webapp/contract.ts";
import { formatMoment } from "../lib/calendar.ts";
import { formatValue } from "../lib/format.ts";
import { loudStrength, rarityWords, wordsOfVoice } from "../lib/voice-words.ts";
import { nowSeconds } from "../state/now.ts";

export function WhyTable({ why }: { readonly why: WhyJson }): JSX.Element {
  const { expected, score, scored, isRate } = why;
  const unit = isRate ? " per second" : "";
  return (
    <section class="checks" data-why>
      <h3>
        Why: what was expected
        <span>as of {formatMoment(scored, nowSeconds())}</span>
      </h3>
      <dl class="facts">
        <div>
          <dt>expected</dt>
          <dd>
            {formatValue(expected.lower)} to {formatValue(expected.upper)}
            {unit}
          </dd>
        </div>
        <div>
          <dt>because of</dt>
          <dd>{expected.source}</dd>
        </div>
        <div>
          <dt>as odd</dt>
          <dd>{rarityWords(score, formatValue)}</dd>
        </div>
        <div>
          <dt>score</dt>
          <dd>{score.toFixed(2)} of 1</dd>
        </div>
      </dl>
      <div class="scroll" tabIndex={0} role="region" aria-label="The voices and their numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">Against</th>
              <th scope="col" class="outcome">
                says
              </th>
              <th scope="col" class="n">
                deviations
              </th>
            </tr>
          </thead>
          <tbody>
            {why.voices.map(({ voice, strength }) => {
              const isLoud = strength >= loudStrength;
              return (
                <tr key={voice} data-voice={voice}>
                  <th scope="row" title={wordsOfVoice(voice).question}>
                    {wordsOfVoice(voice).label}
                  </th>
                  <td class="outcome">
                    <span class={isLoud ? "outcome-fired" : "outcome-calm"}>
                      <span aria-hidden="true">{isLoud ? "▲ " : "● "}</span>
                      {isLoud ? "odd" : "calm"}
                    </span>
                  </td>
                  <td class="n">{formatValue(Number(strength.toPrecision(3)))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
