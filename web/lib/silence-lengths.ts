/** How long one may ask for quiet, shortest first. */
export const silenceLengths = [
  { label: "1 hour", seconds: 3_600 },
  { label: "4 hours", seconds: 14_400 },
  { label: "1 day", seconds: 86_400 },
  { label: "1 week", seconds: 604_800 },
] as const;

/** What is offered first. */
export const silenceSecondsUsual: number = silenceLengths[1].seconds;
