/** "Collect": keeps an anomaly's metric with its window, so that Kale knows the shape when it comes back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AnomalyJson, CollectionJson } from "../../src/webapp/contract.ts";
import { collectionPath } from "../lib/route.ts";
import { useKeys } from "../state/keys.ts";
import { SaveDialog } from "./save-dialog.tsx";

export function CollectIt({ anomaly }: { readonly anomaly: AnomalyJson }): JSX.Element {
  const { name, searchFrom: from, searchUntil: until } = anomaly;
  const [isAsking, setAsking] = useState(false);
  const [saved, setSaved] = useState<CollectionJson | undefined>(undefined);
  useKeys({ c: () => setAsking(true) });
  return (
    <>
      <button type="button" data-collect onClick={() => setAsking(true)}>
        Collect <kbd>c</kbd>
      </button>
      {saved !== undefined && (
        <a class="tag ok" href={collectionPath(saved.id)} data-collected>
          kept in “{saved.name}”
        </a>
      )}
      {isAsking && (
        <SaveDialog
          items={[{ name, from, until }]}
          onSaved={setSaved}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
