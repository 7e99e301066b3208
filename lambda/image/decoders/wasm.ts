import { readFile } from "node:fs/promises";
import { BrokenSource, Failure } from "../../errors.ts";

declare global {
  // Node's types do not tell of it.
  namespace WebAssembly {
    class Instance {
      constructor(module: Module, imports: object);
      readonly exports: object;
    }
    function compile(bytes: Uint8Array): Promise<Module>;
  }
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** How a codec made by Emscripten is to be started: with WebAssembly that is compiled once for all files, and without a word. */
export async function codecOptions(wasm: string): Promise<object> {
  const module = await compiledOnce(wasm);
  return {
    instantiateWasm(imports: object, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
    print() {},
    printErr() {},
  };
}

function compiledOnce(wasm: string): Promise<WebAssembly.Module> {
  const made = compiled.get(wasm) ?? compile(wasm);
  compiled.set(wasm, made);
  return made;
}

const compile = async (wasm: string) =>
  WebAssembly.compile(await readFile(new URL(import.meta.resolve(wasm))));

/** Throws what a codec throws, which may abort or run out of its memory, as `BrokenSource`. */
export function guarded<T>(codec: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new BrokenSource(`${codec}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
