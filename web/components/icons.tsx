/** The few pictures of the page, drawn in the colour of the text around them. */
import type { JSX } from "preact";

export function KaleMark(): JSX.Element {
  return (
    <svg class="icon-mark" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M10 18V7M10 11C6 11 3 8 3 3c4 0 7 3 7 8ZM10 9c0-4 3-6 7-6 0 4-3 7-7 7" />
    </svg>
  );
}

const themePaths = {
  light:
    "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  dark: "M16.5 11.8A6.8 6.8 0 0 1 8.2 3.5a6.8 6.8 0 1 0 8.3 8.3Z",
  system: "M3.5 4.5h13v9h-13zM7.5 16.5h5M10 13.5v3",
} as const;

export function ThemeIcon({ theme }: { readonly theme: keyof typeof themePaths }): JSX.Element {
  return (
    <svg class="icon-line" width="18" height="18" viewBox="0 0 20 20" aria-hidden="true">
      <path d={themePaths[theme]} />
    </svg>
  );
}
