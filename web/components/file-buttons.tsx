/** The way of everything that was saved out into a file, and back. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { FetchResult } from "../api/fetch-json.ts";
import { readExport, type ExportKind, type ReadExport } from "../lib/export-file.ts";
import { counted } from "../lib/format.ts";
import { whenSignedIn } from "../state/session.ts";

type FileOf<Kind extends ExportKind> = Extract<ReadExport<Kind>, { readonly ok: true }>["file"];

export interface FileButtonsProps<Kind extends ExportKind> {
  readonly kind: Kind;
  /** Whether there is anything to export. */
  readonly hasAny: boolean;
  readonly exportPath: string;
  /** Larger files are not sent. */
  readonly fileMibMax: number;
  readonly onFile: (file: FileOf<Kind>) => Promise<
    FetchResult<{
      readonly imported: number;
      readonly renamed: readonly { readonly from: string; readonly to: string }[];
    }>
  >;
  readonly onImported: () => void;
}

export function FileButtons<Kind extends ExportKind>(props: FileButtonsProps<Kind>): JSX.Element {
  const { kind, hasAny, exportPath, fileMibMax, onFile, onImported } = props;
  const input = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");

  const take = async (file: File): Promise<void> => {
    setSaid("");
    setProblem("");
    if (file.size > fileMibMax << 20) {
      setProblem(`This file is too large: at most ${fileMibMax} MiB.`);
      return;
    }
    const read = readExport(await file.text(), kind);
    if (!read.ok) {
      setProblem(read.problem);
      return;
    }
    const result = await whenSignedIn(`Importing ${kind}`, () => onFile(read.file));
    if (!result.ok) {
      setProblem(result.failure.message);
      return;
    }
    const { imported, renamed } = result.value;
    const names = renamed.map(({ from, to }) => `“${from}” is now “${to}”`).join(", ");
    setSaid(`${counted(imported, kind.slice(0, -1))} imported. ${names}`);
    onImported();
  };

  return (
    <div class="file-buttons">
      <span class="said" role="status">
        {said}
      </span>
      <span class="problem" role="alert">
        {problem}
      </span>
      {hasAny && (
        <a class="button" href={exportPath} download={`kale-${kind}.json`}>
          Export all
        </a>
      )}
      <button type="button" onClick={() => input.current?.click()}>
        Import …
      </button>
      <input
        ref={input}
        class="hidden"
        type="file"
        name={`${kind}-file`}
        aria-label={`File with exported ${kind}`}
        tabIndex={-1}
        accept="application/json,.json"
        onChange={(event) => {
          const field = event.currentTarget;
          const file = field.files?.[0];
          if (file !== undefined) void take(file);
          field.value = ""; // So that the same file can be chosen again.
        }}
      />
    </div>
  );
}
