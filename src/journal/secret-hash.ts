/**
 * Tokens and passwords as they are kept: hashed with scrypt and a salt of their own, so that whoever
 * reads the file learns none of them.
 *
 *     $scrypt$ln=15,r=8,p=3$SALT$HASH          base64 without padding; the "PHC string format"
 *
 * scrypt: RFC 7914. Cost: 32 MiB and some tenths of a second, one of the settings that OWASP's
 * "Password Storage Cheat Sheet" holds equal. The cost stands with each hash, so it can be raised
 * later and old hashes still be checked.
 *
 * The work is done by Node's own threads, one piece after the other: however many people sign in at
 * once, no more than one of those threads and 32 MiB are taken.
 */
import { scrypt, timingSafeEqual } from "node:crypto";

const saltBytes = 16;
const hashBytes = 32;
/** What a stored cost may ask for at most: a damaged file must not take all memory. */
const log2CostMax = 20;
const memoryBytesMax = 256 << 20;

export interface HashCost {
  /** The binary logarithm of scrypt's N. */
  readonly log2Cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

export const defaultHashCost: HashCost = { log2Cost: 15, blockSize: 8, parallelization: 3 };

/** @returns so many unpredictable bytes: `randomBytes` of node:crypto, or a test's own */
export type RandomBytes = (count: number) => Uint8Array;

export class SecretHasher {
  readonly #randomBytes: RandomBytes;
  readonly #cost: HashCost;
  #lane: Promise<unknown> = Promise.resolve();

  constructor(randomBytes: RandomBytes, cost: HashCost = defaultHashCost) {
    this.#randomBytes = randomBytes;
    this.#cost = cost;
  }

  async hash(secret: string): Promise<string> {
    const salt = this.#randomBytes(saltBytes);
    const hash = await this.#derive(secret, salt, this.#cost);
    const { log2Cost, blockSize, parallelization } = this.#cost;
    return `$scrypt$ln=${log2Cost},r=${blockSize},p=${parallelization}$${text(salt)}$${text(hash)}`;
  }

  /**
   * Takes as long for a secret that nothing is stored of, so that time tells nobody which users exist.
   *
   * @param stored  as `hash` gave it
   */
  async matches(secret: string, stored: string | undefined): Promise<boolean> {
    const parsed = stored === undefined ? undefined : parseStored(stored);
    if (parsed === undefined) {
      await this.#derive(secret, new Uint8Array(saltBytes), this.#cost);
      return false;
    }
    const hash = await this.#derive(secret, parsed.salt, parsed.cost);
    return timingSafeEqual(hash, parsed.hash);
  }

  #derive(secret: string, salt: Uint8Array, cost: HashCost): Promise<Uint8Array> {
    const work = this.#lane.then(() => derive(secret, salt, cost));
    this.#lane = work.catch(() => undefined);
    return work;
  }
}

function derive(secret: string, salt: Uint8Array, cost: HashCost): Promise<Uint8Array> {
  const options = {
    N: 2 ** cost.log2Cost,
    r: cost.blockSize,
    p: cost.parallelization,
    maxmem: memoryBytesMax,
  };
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, hashBytes, options, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}

const storedForm =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function parseStored(
  stored: string,
): { readonly cost: HashCost; readonly salt: Uint8Array; readonly hash: Uint8Array } | undefined {
  const found = storedForm.exec(stored);
  if (found === null) return undefined;
  const [, log2Cost, blockSize, parallelization, salt = "", hash = ""] = found;
  const cost = {
    log2Cost: Number(log2Cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  };
  const bytes = Buffer.from(hash, "base64");
  if (cost.log2Cost > log2CostMax || bytes.length !== hashBytes) return undefined;
  return { cost, salt: Buffer.from(salt, "base64"), hash: bytes };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replaceAll("=", "");
}
