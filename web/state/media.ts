/** Whether a media query holds, for what a style sheet cannot decide: what is fetched and drawn at all. */
import { useEffect, useState } from "preact/hooks";

export const narrowQuery = "(max-width: 820px)";

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const check = (): void => {
      setMatches(list.matches);
    };
    check();
    list.addEventListener("change", check);
    return () => {
      list.removeEventListener("change", check);
    };
  }, [query]);
  return matches;
}
