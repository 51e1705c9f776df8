/** Whether an element is near enough to the screen to be worth fetching for. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

export function useIsVisible(host: RefObject<Element | null>): boolean {
  const [isVisible, setVisible] = useState(false);
  useEffect(() => {
    if (host.current === null) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        setVisible(entry?.isIntersecting ?? false);
      },
      { rootMargin: "120px" },
    );
    observer.observe(host.current);
    return () => observer.disconnect();
  }, [host]);
  return isVisible;
}
