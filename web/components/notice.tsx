/**
 * What stands where there is nothing to show: why, and what to do. Every empty, failed or waiting
 * view uses it, so that none is a dead end.
 */
import type { ComponentChildren, JSX } from "preact";
import type { FetchFailure } from "../api/fetch-json.ts";

export interface NoticeProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly tone?: "calm" | "good" | "problem";
}

export function Notice({ title, children, tone = "calm" }: NoticeProps): JSX.Element {
  return (
    <div class={`notice notice-${tone}`} role={tone === "problem" ? "alert" : "status"}>
      <p class="notice-title">
        {tone === "problem" && <span aria-hidden="true">⚠ </span>}
        {tone === "good" && <span aria-hidden="true">● </span>}
        {title}
      </p>
      {children}
    </div>
  );
}

export function FailureNotice({
  failure,
  what,
  onRetry,
}: {
  readonly failure: FetchFailure;
  /** e.g. "The list of anomalies" */
  readonly what: string;
  readonly onRetry: () => void;
}): JSX.Element {
  return (
    <Notice title={`${what} could not be read`} tone="problem">
      <p>{failure.message}</p>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </Notice>
  );
}

/** Shown only after a moment: most answers come sooner, and flicker is worse than a blank. */
export function Waiting({ what }: { readonly what: string }): JSX.Element {
  return (
    <p class="waiting" role="status">
      Reading {what}…
    </p>
  );
}
