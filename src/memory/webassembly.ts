/** The part of a `WebAssembly.Memory` that is used here. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Host {
  readonly Memory: new (limits: { initial: number; maximum: number }) => LinearMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** The host's WebAssembly, as far as it is used here: Node's types do not declare it. */
export const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Host };
