/** /kale/session: signing in and out. /kale/users: who may. */
import type { Hono } from "hono";
import { accountLimits, type Account, type PasswordFault } from "../model/index.ts";
import type { Admission } from "./admission.ts";
import type { NewUserJson, SessionJson, UserJson } from "./contract.ts";
import { answerFault, quoted, type Fault, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { ruleFor } from "./route-rules.ts";

const { passwordLengthMin, passwordLengthMax, userNameLengthMax, userCountMax } = accountLimits;

export interface SessionApiParts {
  readonly parts: WebappParts;
  readonly admission: Admission;
}

export function addSessionApi(app: Hono<WebappEnv>, api: SessionApiParts): void {
  const { parts, admission } = api;

  app.get("/kale/session", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const account = admission.sessionOf(context);
    if (account !== undefined) admission.renew(context);
    return context.json(sessionJson(account));
  });

  app.post("/kale/session", async (context) => {
    const body = await readJsonBody(context, ruleFor("POST", "/kale/session")?.bodyBytesMax ?? 0);
    if (!body.ok) return answerFault(context, body.fault);
    const fields = new JsonFields(body.value, parts.clock.nowMs());
    const isToken = fields.has("token");
    const token = isToken ? fields.secret("token", { lengthMax: passwordLengthMax }) : "";
    const name = isToken ? "" : fields.text("user", { lengthMax: userNameLengthMax });
    const password = isToken ? "" : fields.secret("password", { lengthMax: passwordLengthMax });
    const bad = fields.fault();
    if (bad !== undefined) return answerFault(context, bad);

    const account: Account = isToken ? { kind: "token" } : { kind: "user", name };
    const wrong = await admission.attempt(context, () =>
      // People copy a token with the space around it.
      isToken ? parts.keeper.checkToken(token.trim()) : parts.keeper.checkPassword(name, password),
    );
    if (wrong !== undefined) return answerFault(context, wrong);
    admission.signIn(context, account);
    return context.json(sessionJson(account));
  });

  app.delete("/kale/session", (context) => {
    admission.signOut(context);
    return context.json(sessionJson(undefined));
  });

  addUserRoutes(app, parts);
}

function addUserRoutes(app: Hono<WebappEnv>, parts: WebappParts): void {
  app.get("/kale/users", (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const users = parts.keeper.users().map((user): UserJson => ({
      name: user.name,
      created: user.createdMs / 1000,
      lastSeen: user.lastSeenMs === null ? null : user.lastSeenMs / 1000,
    }));
    return context.json(users);
  });

  app.post("/kale/users", async (context) => {
    const body = await readJsonBody(context, ruleFor("POST", "/kale/users")?.bodyBytesMax ?? 0);
    if (!body.ok) return answerFault(context, body.fault);
    const fields = new JsonFields(body.value, parts.clock.nowMs());
    const asked: NewUserJson = {
      name: fields.text("name", { lengthMax: userNameLengthMax }),
      password: fields.secret("password", { lengthMax: passwordLengthMax }),
    };
    const bad = fields.fault();
    if (bad !== undefined) return answerFault(context, bad);
    const fault = await parts.keeper.setPassword(asked.name, asked.password);
    return fault === undefined
      ? context.body(null, 204)
      : answerFault(context, passwordFault(fault));
  });

  app.delete("/kale/users", (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const name = query.text("name", { fallback: "", bytesMax: 4 * userNameLengthMax });
    if (name === "") query.refuse("name", "is missing: whom to delete.");
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (parts.keeper.removeUser(name)) return context.body(null, 204);
    const message = `There is no user ${quoted(name)}.`;
    return answerFault(context, { code: "unknown-user", message });
  });
}

function sessionJson(account: Account | undefined): SessionJson {
  return {
    signedIn: account !== undefined,
    user: account?.kind === "user" ? account.name : null,
  };
}

function passwordFault(fault: PasswordFault): Fault {
  switch (fault) {
    case "bad-user-name": {
      const message = `A user's name has 1 to ${userNameLengthMax} characters, none of them for control or blank at an end.`;
      return { code: "bad-field", message };
    }
    case "short-password":
    case "long-password": {
      const message = `A password has ${passwordLengthMin} to ${passwordLengthMax} characters.`;
      return { code: "bad-field", message };
    }
    case "too-many-users":
      return { code: fault, message: `There are at most ${userCountMax} users.` };
  }
}
