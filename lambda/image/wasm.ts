import { readFile } from "node:fs/promises";
import { BrokenSource, Failure, InternalError } from "../errors.ts";

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

/** Starts a codec that Emscripten made, with memory of its own, which goes with it. `is` tells whether it is the one we know. */
export async function startCodec<Codec extends object>(
  module: { readonly default: unknown },
  wasm: string,
  is: (codec: object) => codec is Codec,
): Promise<Codec> {
  const { default: factory } = module;
  const options = codecOptions(await compiledOnce(wasm));
  const codec: unknown =
    typeof factory === "function" && (await Reflect.apply(factory, undefined, [options]));
  if (typeof codec !== "object" || codec === null || !is(codec))
    throw new InternalError(`${wasm}: not the codec it was`);
  return codec;
}

/** Whether it has these functions. */
export const hasCalls = (codec: object, names: readonly string[]): boolean =>
  names.every((name) => typeof Reflect.get(codec, name) === "function");

/** Its WebAssembly is compiled once for all files, and it does not say a word. */
const codecOptions = (module: WebAssembly.Module) => ({
  instantiateWasm(imports: object, done: (instance: WebAssembly.Instance) => void) {
    const instance = new WebAssembly.Instance(module, imports);
    done(instance);
    return instance.exports;
  },
  print() {},
  printErr() {},
});

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
