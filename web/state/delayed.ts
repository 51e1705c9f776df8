/** What somebody types, once they pause: asking the server per key would only bring stale answers. */
import { useEffect, useState } from "preact/hooks";

export function useDelayed(text: string, pauseMs: number): string {
  const [delayed, setDelayed] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(text), pauseMs);
    return () => {
      clearTimeout(timer);
    };
  }, [text, pauseMs]);
  return delayed;
}
