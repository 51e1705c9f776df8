/** What only somebody who is signed in may do, and the state of what the search needs. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AdminStateJson, UserJson } from "../../src/webapp/contract.ts";
import {
  deleteUser,
  fetchAdminState,
  fetchUsers,
  putUser,
  startImport,
  wipeCollections,
} from "../api/accounts.ts";
import { Age } from "../components/age.tsx";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { FailureNotice, Waiting } from "../components/notice.tsx";
import { SignInForm } from "../components/sign-in-dialog.tsx";
import { formatDay } from "../lib/calendar.ts";
import { counted, formatBytes, formatCount, formatDuration } from "../lib/format.ts";
import { useQuery } from "../state/query.ts";
import { endSession, sessionStore, whenSignedIn } from "../state/session.ts";
import { useStore } from "../state/store.ts";

const refreshMs = 5_000;

export function AdminPage(): JSX.Element {
  const session = useStore(sessionStore);
  return (
    <section class="page">
      <h1 class="plain">Admin</h1>
      {session === null ? (
        <Waiting what="who is signed in" />
      ) : session.signedIn ? (
        <SignedIn user={session.user} />
      ) : (
        <div class="panel admin-sign-in">
          <h2 class="section">Sign in</h2>
          <SignInForm purpose={undefined} onDone={() => undefined} />
        </div>
      )}
    </section>
  );
}

function SignedIn({ user }: { readonly user: string | null }): JSX.Element {
  const state = useQuery("admin state", fetchAdminState, { everyMs: refreshMs });
  const [problem, setProblem] = useState("");
  const leave = async (): Promise<void> => {
    const result = await endSession();
    setProblem(result.ok ? "" : result.failure.message);
  };
  if (state.failure?.code === "not-signed-in") sessionStore.set({ signedIn: false, user: null });
  return (
    <>
      <div class="bar">
        <span>
          Signed in{" "}
          {user === null ? (
            "with the admin token"
          ) : (
            <>
              as <b>{user}</b>
            </>
          )}
        </span>
        <button type="button" onClick={() => void leave()}>
          Sign out
        </button>
        <span class="problem" role="alert">
          {problem}
        </span>
      </div>
      <div class="panels admin-panels">
        <Users user={user} />
        <div class="admin-column">
          <Collections state={state.value} onWiped={state.refresh} />
          <Import state={state.value} />
        </div>
      </div>
      {state.value !== undefined ? (
        <SearchState state={state.value} />
      ) : state.failure !== undefined ? (
        <FailureNotice failure={state.failure} what="The state" onRetry={state.refresh} />
      ) : (
        <Waiting what="the state" />
      )}
    </>
  );
}

function Users({ user }: { readonly user: string | null }): JSX.Element {
  const { value, failure, refresh } = useQuery("users", fetchUsers);
  const [doomed, setDoomed] = useState<UserJson | null>(null);
  const [chosen, setChosen] = useState("");
  return (
    <section class="panel">
      <h2 class="section">Users</h2>
      {failure !== undefined && <p class="problem">{failure.message}</p>}
      {value?.length === 0 && (
        <p class="soft">None yet. Whoever holds the admin token needs no user.</p>
      )}
      {value !== undefined && value.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Made</th>
              <th scope="col">Last seen</th>
              <th scope="col">
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.map((one) => (
              <tr key={one.name} data-user={one.name}>
                <th scope="row">
                  {one.name} {one.name === user && <span class="tag">you</span>}
                </th>
                <td>{formatDay(one.created)}</td>
                <td>
                  {one.lastSeen === null ? "never" : <Age since={one.lastSeen} suffix=" ago" />}
                </td>
                <td class="row-acts">
                  <button type="button" class="small" onClick={() => setChosen(one.name)}>
                    New password
                  </button>
                  <button
                    type="button"
                    class="small"
                    aria-label={`Delete ${one.name}`}
                    onClick={() => setDoomed(one)}
                  >
                    Delete
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <UserForm key={chosen} chosen={chosen} onDone={refresh} onOther={() => setChosen("")} />
      {doomed !== null && (
        <ConfirmDialog
          title={`Delete ${doomed.name}?`}
          action="Delete"
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            const result = await whenSignedIn("Deleting a user", () => deleteUser(doomed.name));
            if (result.ok) refresh();
            return result;
          }}
        >
          <p>This user can sign in no more, and is signed out everywhere.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function UserForm({
  chosen,
  onDone,
  onOther,
}: {
  /** Of a user there is; empty for a new one. */
  readonly chosen: string;
  readonly onDone: () => void;
  readonly onOther: () => void;
}): JSX.Element {
  const [name, setName] = useState(chosen);
  const [password, setPassword] = useState("");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (): Promise<void> => {
    setSaid("");
    setProblem("");
    const result = await whenSignedIn("Setting a password", () => putUser({ name, password }));
    if (!result.ok) {
      setProblem(result.failure.message);
      return;
    }
    setSaid(chosen === "" ? `${name} can sign in now.` : `${name} has a new password.`);
    setPassword("");
    if (chosen === "") setName("");
    onDone();
  };
  return (
    <form
      class="user-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3>
        {chosen === "" ? "Add a user" : `New password for ${chosen}`}
        {chosen !== "" && (
          <button type="button" class="bare" onClick={onOther}>
            add a user instead
          </button>
        )}
      </h3>
      <label class="stacked">
        <span>User name</span>
        <input
          name="new-user"
          value={name}
          readOnly={chosen !== ""}
          required
          maxLength={64}
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="stacked">
        <span>Password, 10 characters or more</span>
        <input
          name="new-password"
          type="password"
          value={password}
          required
          minLength={10}
          autocomplete="new-password"
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      <div class="dialog-acts">
        <span class="said" role="status">
          {said}
        </span>
        <span class="problem" role="alert">
          {problem}
        </span>
        <button type="submit">{chosen === "" ? "Add" : "Set password"}</button>
      </div>
    </form>
  );
}

const wipeWord = "wipe";

function Collections({
  state,
  onWiped,
}: {
  readonly state: AdminStateJson | undefined;
  readonly onWiped: () => void;
}): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  const [said, setSaid] = useState("");
  const count = state?.collections.collections;
  return (
    <section class="panel">
      <h2 class="section">Collections</h2>
      <p>
        {count === undefined || state === undefined
          ? "…"
          : `${counted(count, "collection")} with ${counted(state.collections.items, "metric")}.`}{" "}
        <a class="link" href="/collections">
          Look through them, export, import
        </a>
      </p>
      <div class="dialog-acts">
        <span class="said" role="status">
          {said}
        </span>
        <button type="button" class="danger" onClick={() => setAsking(true)}>
          Wipe all …
        </button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title="Wipe all collections?"
          action="Wipe all"
          typed={wipeWord}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            const result = await whenSignedIn("Wiping collections", wipeCollections);
            if (result.ok) {
              setSaid(`${counted(result.value.wiped, "collection")} wiped.`);
              onWiped();
            }
            return result;
          }}
        >
          <p>
            All {count === undefined ? "" : formatCount(count)} of them are gone then, with their
            notes. Export them first if anybody may want them back.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function Import({ state }: { readonly state: AdminStateJson | undefined }): JSX.Element {
  const [said, setSaid] = useState("");
  const isConfigured = state?.searchEngine.configured ?? false;
  const start = async (): Promise<void> => {
    const result = await whenSignedIn("Starting an import", startImport);
    setSaid(result.ok ? "The import has begun." : result.failure.message);
  };
  return (
    <section class="panel">
      <h2 class="section">Import into a search engine</h2>
      {state === undefined ? (
        <p>…</p>
      ) : isConfigured ? (
        <p>
          Metrics go to the search engine of <span class="mono">{state.searchEngine.setting}</span>.
        </p>
      ) : (
        <p>
          Not configured: no search engine is named (
          <span class="mono">{state.searchEngine.setting}</span>), and none is needed. The shards
          search what they hold.
        </p>
      )}
      <div class="dialog-acts">
        <span role="status">{said}</span>
        <button type="button" onClick={() => void start()}>
          Trigger an import
        </button>
      </div>
    </section>
  );
}

function SearchState({ state }: { readonly state: AdminStateJson }): JSX.Element {
  const { shards, shapeTables, journal, accounts, signIns } = state;
  const tables = new Map(shapeTables.map((table) => [table.shard, table]));
  const facts = [
    ["journal", formatBytes(journal.fileBytes)],
    ["anomalies kept", formatCount(journal.episodes)],
    ["not yet written", formatCount(journal.unsaved)],
    ["lost", formatCount(journal.lost)],
    ["users", formatCount(accounts.users)],
    ["sessions", formatCount(accounts.sessions)],
    ["wrong sign-ins", formatCount(signIns.failed)],
    ["refused for too many", formatCount(signIns.refused)],
  ] as const;
  return (
    <section class="panel">
      <h2 class="section">Shards and shape tables</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Shards and shape tables">
        <table class="shards">
          <thead>
            <tr>
              <th scope="col">shard</th>
              <th scope="col" class="n">
                series
              </th>
              <th scope="col" class="n">
                memory
              </th>
              <th scope="col" class="n">
                behind
              </th>
              <th scope="col" class="n">
                can be compared now
              </th>
              <th scope="col" class="n">
                shape table
              </th>
            </tr>
          </thead>
          <tbody>
            {shards.map(({ shard, series, memoryBytes, lagSeconds }) => {
              const table = tables.get(shard);
              return (
                <tr key={shard} data-shard={shard}>
                  <th scope="row">{shard}</th>
                  <td class="n">{formatCount(series)}</td>
                  <td class="n">{formatBytes(memoryBytes)}</td>
                  <td class="n">{formatDuration(lagSeconds)}</td>
                  <td class="n">{table === undefined ? "–" : formatCount(table.series)}</td>
                  <td class="n">
                    {table === undefined ? "made per search" : formatBytes(table.memoryBytes)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <dl class="facts admin-facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
