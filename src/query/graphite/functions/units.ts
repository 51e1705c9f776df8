/** Numbers with a prefix, as people read them: 1.50k, 2.00Mi. */
import { fixedText } from "../number-text.ts";

export type UnitSystem = "si" | "binary";

const prefixes: Readonly<Record<UnitSystem, readonly (readonly [string, number])[]>> = {
  si: [
    ["P", 1e15],
    ["T", 1e12],
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ],
  binary: [
    ["Pi", 1024 ** 5],
    ["Ti", 1024 ** 4],
    ["Gi", 1024 ** 3],
    ["Mi", 1024 ** 2],
    ["Ki", 1024],
  ],
};

export function isUnitSystem(text: string): text is UnitSystem {
  return Object.hasOwn(prefixes, text);
}

/** Two places behind the point; a blank before the prefix where there are units. */
export function formatUnits(value: number, system: UnitSystem, units = ""): string {
  const [prefix, size] = prefixes[system].find(([, least]) => Math.abs(value) >= least) ?? ["", 1];
  const scaled = value / size;
  const whole = Math.floor(scaled);
  const shown = scaled - whole < 1e-11 && value > 1 ? whole : scaled;
  return `${fixedText(shown, 2)}${units === "" ? "" : " "}${prefix}${units}`;
}
