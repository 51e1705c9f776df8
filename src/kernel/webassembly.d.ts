/** What this program uses of WebAssembly: no library of TypeScript but the browser's has it. */
declare namespace WebAssembly {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a thing that is only handed on
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Readonly<Record<string, never>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    /** By pages of 64 KiB; earlier views of `buffer` are empty afterwards. */
    grow(pageCount: number): number;
  }
}
