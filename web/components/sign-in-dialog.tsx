/**
 * Signing in, wherever something needs it: with a user's password or with the admin token. What
 * waited for it goes on afterwards.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { signIn } from "../api/accounts.ts";
import { sessionStore, type SignInRequest } from "../state/session.ts";
import { Modal } from "./modal.tsx";

export function SignInDialog({ request }: { readonly request: SignInRequest }): JSX.Element {
  return (
    <Modal title="Sign in" onClose={() => request.settle(false)}>
      <SignInForm purpose={request.purpose} onDone={() => request.settle(true)} />
    </Modal>
  );
}

type Way = "user" | "token";

const ways: readonly { readonly way: Way; readonly label: string }[] = [
  { way: "user", label: "User and password" },
  { way: "token", label: "Admin token" },
];

export function SignInForm({
  purpose,
  onDone,
}: {
  readonly purpose: string | undefined;
  readonly onDone: () => void;
}): JSX.Element {
  const [way, setWay] = useState<Way>("user");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const send = async (): Promise<void> => {
    if (way === "token" ? token.trim() === "" : user === "" || password === "") {
      setProblem(way === "token" ? "Enter the token." : "Enter a user and the password.");
      return;
    }
    setBusy(true);
    setProblem("");
    const result = await signIn(way === "token" ? { token: token.trim() } : { user, password });
    setBusy(false);
    if (!result.ok) {
      setProblem(result.failure.message);
      return;
    }
    sessionStore.set(result.value);
    onDone();
  };

  return (
    <form
      class="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {purpose !== undefined && <p>{purpose} needs somebody who is signed in. It goes on then.</p>}
      <div class="segments" role="group" aria-label="How to sign in">
        {ways.map((one) => (
          <button
            key={one.way}
            type="button"
            aria-pressed={way === one.way}
            onClick={() => {
              setWay(one.way);
              setProblem("");
            }}
          >
            {one.label}
          </button>
        ))}
      </div>
      {way === "user" ? (
        <>
          <label class="stacked">
            <span>User</span>
            <input
              name="user"
              value={user}
              autocomplete="username"
              autoFocus
              onInput={(event) => setUser(event.currentTarget.value)}
            />
          </label>
          <label class="stacked">
            <span>Password</span>
            <input
              name="password"
              type="password"
              value={password}
              autocomplete="current-password"
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </label>
        </>
      ) : (
        <label class="stacked">
          <span>Admin token</span>
          <input
            name="token"
            type="password"
            value={token}
            autocomplete="off"
            autoFocus
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
      )}
      <p class="soft">
        The first start of Kale prints an admin token, once. Its holder makes users under{" "}
        <span class="mono">/admin</span>.
      </p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="dialog-acts">
        <button type="submit" class="first" disabled={isBusy}>
          Sign in
        </button>
      </div>
    </form>
  );
}
