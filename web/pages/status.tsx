/** How Kale itself is doing: does it keep up, is what it has safe, and with which settings it runs. */
import type { ComponentChildren, JSX } from "preact";
import type {
  CanaryJson,
  RemoteStoreJson,
  ShardJson,
  ShareJson,
  StatusJson,
  SummaryJson,
} from "../../src/webapp/contract.ts";
import { fetchStatus } from "../api/kale.ts";
import { Age } from "../components/age.tsx";
import { FailureNotice, Waiting } from "../components/notice.tsx";
import { NamePartsTable } from "../components/name-parts-table.tsx";
import { SearchHealth } from "../components/search-health.tsx";
import {
  counted,
  formatBytes,
  formatCount,
  formatDuration,
  formatShortSpan,
  formatValue,
} from "../lib/format.ts";
import { remoteTrouble, waitingWords } from "../lib/remote-words.ts";
import { moreWords, refusedWords } from "../lib/room-words.ts";
import { liveStore } from "../state/live.ts";
import { useQuery } from "../state/query.ts";
import { useStore } from "../state/store.ts";

const refreshMs = 3_000;
/** Every metric is to be judged at least this often. */
const promisedSeconds = 60;

export function StatusPage(): JSX.Element {
  const { value, failure, refresh } = useQuery("status", fetchStatus, { everyMs: refreshMs });
  const summary = useStore(liveStore, (live) => live.summary);
  return (
    <section class="page">
      <h1 class="plain">Status</h1>
      {value !== undefined ? (
        <>
          <Tiles status={value} summary={summary} />
          {value.remote !== null && <Remote remote={value.remote} now={value.now} />}
          {value.share !== null && <Share share={value.share} now={value.now} />}
          <Faults shards={value.shards} />
          <NamePartsTable />
          <SearchHealth status={value} />
          <div class="panels">
            <Shards shards={value.shards} />
            <Settings status={value} />
          </div>
        </>
      ) : failure !== undefined ? (
        <FailureNotice failure={failure} what="The status" onRetry={refresh} />
      ) : (
        <Waiting what="the status" />
      )}
    </section>
  );
}

function Tiles({
  status,
  summary,
}: {
  readonly status: StatusJson;
  readonly summary: SummaryJson | null;
}): JSX.Element {
  const { room, shards, process, disk, canary, started, version, store, dataFolder } = status;
  const lag = Math.max(0, ...shards.map(({ lagSeconds }) => lagSeconds));
  const keepsUp = summary?.keepsUp ?? lag <= promisedSeconds;
  const isDurable = shards.every(({ durable }) => durable);
  const samples = sum(shards, (shard) => shard.samples);
  const storeBytes = sum(shards, (shard) => shard.memoryBytes);
  const used = disk.totalBytes === null ? null : disk.totalBytes - (disk.freeBytes ?? 0);
  return (
    <div class="tiles">
      <Tile title="Judging" isGood={keepsUp} state={keepsUp ? "keeps up" : "behind"}>
        <strong>{formatDuration(lag)}</strong>
        <span>
          since the longest-waiting metric was judged; at most {promisedSeconds} s is promised
        </span>
      </Tile>
      <Learning shards={shards} now={status.now} />
      <Tile title="Canary" isGood={canary.state === "ok"} state={canaryWords[canary.state]}>
        <strong>
          {canary.roundTripSeconds === null ? "–" : formatShortSpan(canary.roundTripSeconds)}
        </strong>
        <span>
          from Kale’s own Carbon port to the store
          {canary.lastSeen !== null && (
            <>
              , seen <Age since={canary.lastSeen} suffix=" ago" />
            </>
          )}
        </span>
      </Tile>
      <Tile title="Saved" isGood={isDurable} state={isDurable ? "on disk" : "in memory only"}>
        <strong>{formatBytes(sum(shards, (shard) => shard.diskBytes))}</strong>
        <span>
          {counted(
            sum(shards, (shard) => shard.uncommitted),
            "sample",
          )}{" "}
          not yet written
        </span>
      </Tile>
      <Tile title="Metrics">
        <strong>{formatCount(sum(shards, (shard) => shard.series))}</strong>
        <span>
          {formatCount(samples)} samples in {formatBytes(storeBytes)}
          {samples > 0 && `, ${formatValue(storeBytes / samples)} bytes each`}
          {summary !== null && `; ${formatValue(Math.round(summary.samplesPerSecond))} per second`}
        </span>
      </Tile>
      {room !== null && (
        <Tile
          title="Room for metrics"
          isGood={!room.scarce}
          state={room.scarce ? "scarce" : "enough"}
        >
          <strong>
            {room.moreMetrics === null ? "–" : `${formatCount(room.moreMetrics)} more`}
          </strong>
          <meter
            min={0}
            max={room.limitBytes}
            high={room.limitBytes * 0.9}
            value={room.fullBytes}
            aria-label="Memory that the metrics of now will take"
          />
          <span>
            {formatBytes(room.usedBytes)} taken of {formatBytes(room.limitBytes)}; the metrics of
            now come to {formatBytes(room.fullBytes)} when their window is full. {moreWords(room)}{" "}
            {refusedWords(room)}
          </span>
        </Tile>
      )}
      <Tile title="Memory">
        <strong>{formatBytes(process.residentBytes)}</strong>
        <span>of the whole process, {formatBytes(process.heapBytes)} of it JavaScript</span>
      </Tile>
      <Tile title="Disk">
        <strong>{disk.freeBytes === null ? "–" : `${formatBytes(disk.freeBytes)} free`}</strong>
        {used !== null && disk.totalBytes !== null && (
          <meter
            min={0}
            max={disk.totalBytes}
            high={disk.totalBytes * 0.9}
            value={used}
            aria-label="Disk space used"
          />
        )}
        <span class="mono">{dataFolder}</span>
      </Tile>
      <Tile title="Kale">
        <strong>{version}</strong>
        <span>
          up for <Age since={started} />, store: {store}; {formatDuration(process.cpuSeconds)} of
          CPU
        </span>
      </Tile>
    </div>
  );
}

/** After a start: what is not judged yet, since it is learned from what was kept. */
function Learning({
  shards,
  now,
}: {
  readonly shards: readonly ShardJson[];
  readonly now: number;
}): JSX.Element | null {
  const reading = sum(shards, ({ historySeries }) => historySeries);
  if (reading === 0) return null;
  const waiting = sum(shards, ({ lessons }) => lessons.waiting);
  const end = Math.max(...shards.map(({ lessons }) => lessons.end ?? 0));
  return (
    <Tile title="Learning" isGood={false} state="not judged yet">
      <strong>{counted(reading, "metric")}</strong>
      <span>
        of which what is kept is read first
        {waiting > 0 &&
          `; ${formatCount(waiting)} learn from weeks of it, for ${formatDuration(Math.max(0, end - now))} more`}
      </span>
    </Tile>
  );
}

/** The machines that keep the samples. */
function Remote({
  remote,
  now,
}: {
  readonly remote: RemoteStoreJson;
  readonly now: number;
}): JSX.Element {
  const trouble = remoteTrouble(remote, now);
  const facts: readonly (readonly [title: string, value: string])[] = [
    ["waiting", waitingWords(remote, now)],
    ["written", `${counted(remote.written, "sample")}, ${formatBytes(remote.writtenBytes)}`],
    ["given again", counted(remote.retries, "time")],
    ["asked for less", counted(remote.busy, "time")],
    ["batches that waited at the limit", formatCount(remote.heldWrites)],
    ["refused for good and set aside", counted(remote.refused, "sample")],
    ["window filled from there", `${Math.floor(remote.warmShare * 100)} %`],
  ];
  return (
    <section class="panel">
      <h2 class="section">
        {remote.description}{" "}
        <span class={`tag ${trouble === undefined ? "ok" : "warn"}`}>
          <span aria-hidden="true">{trouble === undefined ? "● " : "▲ "}</span>
          {remote.reachable ? "reachable" : "away"}
        </span>
      </h2>
      {trouble !== undefined && (
        <p>
          <strong>{trouble.title}.</strong> {trouble.words}
        </p>
      )}
      <div class="scroll">
        <table>
          <tbody>
            {facts.map(([title, value]) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The processes that share the metrics of a cluster. */
function Share({ share, now }: { readonly share: ShareJson; readonly now: number }): JSX.Element {
  return (
    <section class="panel">
      <h2 class="section">
        Processes on this cluster{" "}
        {share.problem !== null && (
          <span class="tag warn">
            <span aria-hidden="true">▲ </span>not agreed
          </span>
        )}
      </h2>
      {share.problem !== null && <p>{share.problem}</p>}
      <p>
        This process judges {share.held} of {share.partitions} parts.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Processes on this cluster">
        <table>
          <thead>
            <tr>
              <th scope="col">process</th>
              <th scope="col" class="n">
                parts
              </th>
              <th scope="col" class="n">
                metrics
              </th>
              <th scope="col">last heard of</th>
            </tr>
          </thead>
          <tbody>
            {share.processes.map(({ id, label, self, living, seen, series, held }) => (
              <tr key={id}>
                <th scope="row">
                  {label} {self && <span class="soft">(this one)</span>}{" "}
                  {!living && <span class="tag warn">▲ gone</span>}
                </th>
                <td class="n">{formatCount(held)}</td>
                <td class="n">{formatCount(series)}</td>
                <td>{formatDuration(Math.max(0, now - seen))} ago</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const canaryWords: Readonly<Record<CanaryJson["state"], string>> = {
  ok: "arrives",
  late: "late",
  waiting: "first one on its way",
  off: "off",
};

function Tile({
  title,
  isGood,
  state,
  children,
}: {
  readonly title: string;
  readonly isGood?: boolean;
  readonly state?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="panel tile">
      <h2>
        {title}
        {state !== undefined && (
          <span class={`tag ${isGood === true ? "ok" : "warn"}`}>
            <span aria-hidden="true">{isGood === true ? "● " : "▲ "}</span>
            {state}
          </span>
        )}
      </h2>
      {children}
    </section>
  );
}

function Faults({ shards }: { readonly shards: readonly ShardJson[] }): JSX.Element | null {
  const faults = shards.flatMap(({ shard, faults: ofShard }) =>
    ofShard.map((fault) => ({ shard, ...fault })),
  );
  if (faults.length === 0) return null;
  return (
    <section class="panel">
      <h2 class="section">What went wrong</h2>
      <ul class="fault-list">
        {faults.map(({ shard, code, message, count, last }) => (
          <li key={`${shard} ${code}`}>
            <span class="tag warn">▲ {code}</span> {message}{" "}
            <span class="soft">
              shard {shard}, {counted(count, "time")}, last <Age since={last} suffix=" ago" />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const columns: readonly (readonly [title: string, cell: (shard: ShardJson) => string])[] = [
  ["series", (shard) => formatCount(shard.series)],
  ["samples", (shard) => formatCount(shard.samples)],
  ["memory", (shard) => formatBytes(shard.memoryBytes)],
  ["disk", (shard) => formatBytes(shard.diskBytes)],
  ["round took", (shard) => formatShortSpan(shard.roundSeconds)],
  ["behind", (shard) => formatDuration(shard.lagSeconds)],
  ["longest slice", (shard) => formatShortSpan(shard.sliceMaxMs / 1000)],
  ["samples to judge", (shard) => formatCount(shard.waitingRows)],
  ["series behind", (shard) => formatCount(shard.behindSeries)],
  ["likely abnormal", (shard) => formatCount(shard.suspects)],
  ["the longest of these for", (shard) => formatDuration(shard.suspectSeconds)],
  ["to judge anew", (shard) => formatCount(shard.rechecks)],
  ["history to learn", (shard) => formatCount(shard.historySeries)],
  ["weeks to learn first", (shard) => formatCount(shard.lessons.waiting)],
  ["weeks to learn beside", (shard) => formatCount(shard.lessons.later)],
  ["learned from weeks", (shard) => formatCount(shard.lessons.taught)],
  ["without their weeks", (shard) => formatCount(shard.lessons.missed + shard.lessons.unreadable)],
  ["anomalies to tell", (shard) => formatCount(shard.untold)],
  ["the longest untold for", (shard) => formatDuration(shard.untoldSeconds)],
  ["not kept", (shard) => formatCount(shard.refusedEpisodes)],
  ["verdicts that differed", (shard) => formatCount(shard.verdictDifferences)],
  ["judged", (shard) => formatCount(shard.roundStatus.ok)],
  ["too short", (shard) => formatCount(shard.roundStatus.TooShort)],
  ["stale", (shard) => formatCount(shard.roundStatus.Stale)],
  ["learning", (shard) => formatCount(shard.learning)],
  ["boring", (shard) => formatCount(shard.roundStatus.Boring)],
  ["checks failed", (shard) => formatCount(shard.abstained)],
  ["abnormal", (shard) => formatCount(shard.activeEpisodes)],
  ["late samples", (shard) => formatCount(shard.late)],
  ["series refused", (shard) => formatCount(shard.refusedSeries)],
  ["waiting batches", (shard) => formatCount(shard.waitingBatches)],
  ["CPU", (shard) => formatDuration(shard.cpuSeconds)],
];

function Shards({ shards }: { readonly shards: readonly ShardJson[] }): JSX.Element {
  return (
    <section class="panel">
      <h2 class="section">Shard threads</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Shard threads">
        <table class="shards">
          <thead>
            <tr>
              <th scope="col">shard</th>
              {shards.map(({ shard }) => (
                <th key={shard} scope="col" class="n">
                  {shard}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map(([title, cell]) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {shards.map((shard) => (
                  <td key={shard.shard} class="n">
                    {cell(shard)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Settings({ status }: { readonly status: StatusJson }): JSX.Element {
  return (
    <section class="panel">
      <h2 class="section">Settings</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Settings">
        <table>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {status.settings.map(({ key, value, source }) => (
              <tr key={key}>
                <th scope="row" class="mono">
                  {key}
                </th>
                <td class="mono">{value}</td>
                <td class="soft">{source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function sum(shards: readonly ShardJson[], of: (shard: ShardJson) => number): number {
  return shards.reduce((total, shard) => total + of(shard), 0);
}
