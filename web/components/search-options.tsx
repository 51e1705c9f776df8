/** How to compare: the method, and what of lag, direction and warping it takes, changed in place. */
import type { JSX } from "preact";
import { spanWords } from "../lib/match-words.ts";
import { methodTraits, traitsOf, type SimilarAsk } from "../lib/similar-ask.ts";
import { useHasSearchEngine } from "../state/search-engine.ts";

const lagChoices = [0, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600];
const bandChoices = [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const usualBand = 0.05;
/** Without a lag of one's own, best match and correlation look this far, as a share of the window. */
const usualLagShare = 0.05;

export interface SearchOptionsProps {
  readonly ask: SimilarAsk;
  /** Of the window that is searched. */
  readonly windowSeconds: number;
  readonly onChange: (change: Partial<SimilarAsk>) => void;
}

export function SearchOptions({ ask, windowSeconds, onChange }: SearchOptionsProps): JSX.Element {
  const traits = traitsOf(ask.method);
  const isShape = ask.target.kind === "shape";
  const hasEngine = useHasSearchEngine();
  const offered = methodTraits.filter(
    ({ method, needsEngine }) => !needsEngine || hasEngine || method === ask.method,
  );
  return (
    <>
      <div class="segments methods" role="group" aria-label="Method">
        {offered.map(({ method, label, words, takesShape }) => (
          <button
            key={method}
            type="button"
            aria-pressed={method === ask.method}
            disabled={isShape && !takesShape}
            title={isShape && !takesShape ? "Needs a metric: a drawing has no before." : words}
            data-method={method}
            onClick={() => onChange({ method })}
          >
            {label}
          </button>
        ))}
      </div>
      {(traits.takesLag || traits.takesInverse || traits.takesBand) && (
        <div class="segments options" role="group" aria-label="Options of the method">
          {traits.takesLag && (
            <LagChoice ask={ask} windowSeconds={windowSeconds} onChange={onChange} />
          )}
          {traits.takesInverse && <InverseChoice ask={ask} onChange={onChange} />}
          {traits.takesBand && <BandChoice ask={ask} onChange={onChange} />}
        </div>
      )}
    </>
  );
}

function LagChoice({ ask, windowSeconds, onChange }: SearchOptionsProps): JSX.Element {
  const isUsual = traitsOf(ask.method).lagByItself;
  const usual = isUsual ? `± ${spanWords(windowSeconds * usualLagShare)}` : "none";
  // Beyond half the window too little of both lines lies side by side.
  const choices = lagChoices.filter((seconds) => seconds <= windowSeconds / 2);
  const own = ask.lagSeconds;
  if (own !== undefined && !choices.includes(own)) choices.push(own);
  return (
    <label class="option">
      lag
      <select
        name="lag"
        value={own === undefined ? "" : String(own)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onChange({ lagSeconds: value === "" ? undefined : Number(value) });
        }}
      >
        <option value="">{usual}, as usual</option>
        {choices.map((seconds) => (
          <option key={seconds} value={String(seconds)}>
            {seconds === 0 ? "none" : `± ${spanWords(seconds)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function InverseChoice({
  ask,
  onChange,
}: Pick<SearchOptionsProps, "ask" | "onChange">): JSX.Element {
  const isUsual = traitsOf(ask.method).inverseByItself;
  const isOn = ask.inverse ?? isUsual;
  return (
    <label class="option" title="Whether what moves the opposite way is alike too">
      <input
        type="checkbox"
        name="inverse"
        checked={isOn}
        onChange={(event) => {
          const wanted = event.currentTarget.checked;
          onChange({ inverse: wanted === isUsual ? undefined : wanted });
        }}
      />
      inverse too
    </label>
  );
}

function BandChoice({ ask, onChange }: Pick<SearchOptionsProps, "ask" | "onChange">): JSX.Element {
  const own = ask.band ?? usualBand;
  const choices = bandChoices.includes(own) ? bandChoices : [...bandChoices, own].sort();
  return (
    <label class="option" title="How far time may be stretched, as a share of the window">
      band
      <select
        name="band"
        value={String(own)}
        onChange={(event) => {
          const band = Number(event.currentTarget.value);
          onChange({ band: band === usualBand ? undefined : band });
        }}
      >
        {choices.map((band) => (
          <option key={band} value={String(band)}>
            {Math.round(band * 1000) / 10} %
          </option>
        ))}
      </select>
    </label>
  );
}
