/**
 * Where the files are that are read beside the code: `data`, `docs`, `drizzle`, `examples` and
 * `package.json`. The one place that knows, as the sources and the bundle in `dist` are equally deep.
 */
const FOLDER = new URL("../", import.meta.url);

/** @param path from the project's folder, such as `data/devices.json`; a folder ends with a slash. */
export const projectFile = (path: string): URL => new URL(path, FOLDER);
