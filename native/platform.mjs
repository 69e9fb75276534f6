// Names the prebuilt package of this machine, in the way @napi-rs/cli lays packages out. Shared by build.mjs and
// pack_native.mjs; src/audio/kernels/addon.ts keeps its own copy of these few lines because dist/ must not reach into native/.

/** `linux-x64-gnu`, `linux-arm64-musl`, `darwin-arm64`, `win32-x64-msvc`, … */
export function platformName() {
  const base = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return `${base}-msvc`;
  if (process.platform !== 'linux') return base;
  // Only glibc builds of Node report a glibc version.
  const glibc = process.report?.getReport()?.header?.glibcVersionRuntime;
  return `${base}-${glibc ? 'gnu' : 'musl'}`;
}

/** The optional dependency that carries the addon for this machine. */
export function prebuiltPackageName() {
  return `@ringline/native-${platformName()}`;
}
