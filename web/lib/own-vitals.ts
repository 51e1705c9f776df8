/** Which of this machine's own vital signs to show while nobody has sent anything else. */

export interface OwnVital {
  readonly label: string;
  readonly unit: "percent" | "bytes" | "bytes-per-second" | "number";
  readonly name: string;
}

const wanted: readonly {
  readonly label: string;
  readonly unit: OwnVital["unit"];
  readonly patterns: readonly RegExp[];
}[] = [
  { label: "CPU, user", unit: "percent", patterns: [/\.cpu\.user_percent$/] },
  { label: "Load", unit: "number", patterns: [/\.load\.1m$/] },
  {
    label: "Memory used",
    unit: "percent",
    patterns: [/\.memory\.used_percent$/, /\.memory\.used_bytes$/],
  },
  {
    label: "Network received",
    unit: "bytes-per-second",
    patterns: [
      /\.network\.(?!lo\b)[^.]+\.received_bytes_per_second$/,
      /\.network\..*received_bytes_per_second$/,
    ],
  },
  {
    label: "Disk written",
    unit: "bytes-per-second",
    patterns: [
      /\.disk\.(?!loop)[^.]+\.written_bytes_per_second$/,
      /\.disk\..*written_bytes_per_second$/,
    ],
  },
  {
    label: "Disk space used",
    unit: "percent",
    patterns: [/\.filesystem\..*used_percent$/],
  },
  { label: "Kale’s own CPU", unit: "percent", patterns: [/kale\.cpu_percent$/] },
  { label: "Kale’s own memory", unit: "bytes", patterns: [/kale\.resident_bytes$/] },
];

/** @param names  of `host.*` and `kale.*` */
export function pickVitals(names: readonly string[], countMax: number): OwnVital[] {
  const picked: OwnVital[] = [];
  for (const { label, unit, patterns } of wanted) {
    for (const pattern of patterns) {
      const name = names.find((candidate) => pattern.test(candidate));
      if (name === undefined) continue;
      const isBytes = unit === "percent" && name.endsWith("_bytes");
      picked.push({ label, unit: isBytes ? "bytes" : unit, name });
      break;
    }
  }
  return picked.slice(0, countMax);
}
