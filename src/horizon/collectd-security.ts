/**
 * Keys of collectd's network protocol: whether a packet is signed by one who knows the user's
 * password, and what an encrypted one holds.
 *
 *     signature   HMAC-SHA-256 under the password
 *     encryption  AES-256-OFB under SHA-256(password); inside, SHA-1 of the parts and the parts
 *
 * OFB by itself lets anybody flip bits, and the SHA-1 inside is what shows it: it is compared
 * before a part is read.
 *
 * Source: collectd 5.12, src/network.c; collectd.conf(5), SecurityLevel and AuthFile.
 */
import { createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { CollectdSecurity } from "../wire/index.ts";

export interface CollectdSecurityOptions {
  readonly level: CollectdSecurity["level"];
  /** Password by user, as in collectd's AuthFile. */
  readonly passwords: Readonly<Record<string, string>>;
}

const sha1Bytes = 20;

export function collectdSecurity({ level, passwords }: CollectdSecurityOptions): CollectdSecurity {
  const known = new Map(Object.entries(passwords));
  return {
    level,
    verify: (user, mac, signed) => {
      const password = known.get(user);
      if (password === undefined) return false;
      const expected = createHmac("sha256", password).update(signed).digest();
      return expected.length === mac.length && timingSafeEqual(expected, mac);
    },
    open: (user, iv, sealed) => {
      const password = known.get(user);
      if (password === undefined || sealed.length <= sha1Bytes) return undefined;
      const key = createHash("sha256").update(password).digest();
      const decipher = createDecipheriv("aes-256-ofb", key, iv);
      const opened = Buffer.concat([decipher.update(sealed), decipher.final()]);
      const parts = opened.subarray(sha1Bytes);
      const sum = createHash("sha1").update(parts).digest();
      return timingSafeEqual(sum, opened.subarray(0, sha1Bytes)) ? parts : undefined;
    },
  };
}
