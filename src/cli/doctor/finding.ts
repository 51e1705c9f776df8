/** What the doctor found of one thing. */
export interface Finding {
  readonly state: "ok" | "warn" | "fail";
  /** e.g. "port 2024 (ports.pickle)" */
  readonly subject: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}
