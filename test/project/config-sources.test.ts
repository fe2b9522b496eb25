/** Which sources are read, when and from where, by configuration alone. */
import { describe, expect, it } from "vitest";
import { plannedSources } from "../../src/app/sources.ts";
import { readConfig } from "../../src/config.ts";

const planned = (variables: Record<string, string> = {}) =>
  plannedSources(readConfig(variables)).map(({ source, ...plan }) => ({ id: source.id, ...plan }));
const enabled = (variables: Record<string, string> = {}) =>
  planned(variables)
    .filter((plan) => plan.enabled)
    .map(({ id }) => id);

describe("the sources of a configuration", () => {
  it("are all but Ollama, where nothing is set", () => {
    expect(enabled()).toEqual([
      "editorial",
      "overrides",
      "measurements",
      "snapshot",
      "hugging-face",
      "hugging-face-gguf",
      "models-dev",
      "openrouter",
      "modelscope",
    ]);
  });

  it("always include what ships with the program", () => {
    expect(enabled({ SOURCES: "ollama" })).toEqual([
      "editorial",
      "overrides",
      "measurements",
      "snapshot",
      "ollama",
    ]);
  });

  it("keep one that is switched off at hand, without a schedule", () => {
    const ollama = planned().find(({ id }) => id === "ollama");
    expect(ollama).toMatchObject({ enabled: false, schedule: null });
  });

  it("have a schedule each, which can be changed or switched off", () => {
    const variables = { MODELS_DEV_SCHEDULE: "0 1 * * *", OPENROUTER_SCHEDULE: "off" };
    const plans = planned({ ...variables, HF_SCHEDULE: "*/30 * * * * *" });
    const scheduleOf = (id: string) => plans.find((plan) => plan.id === id)?.schedule;
    expect(scheduleOf("models-dev")).toBe("0 1 * * *");
    expect(scheduleOf("openrouter")).toBeNull();
    expect(scheduleOf("hugging-face")).toBe("*/30 * * * * *");
    expect(scheduleOf("hugging-face-gguf")).toBe("41 3 * * *");
  });

  it("include one's own models where a path is given, and watch them", () => {
    const own = planned({ FILE_MODELS: "/srv/models" }).find(({ id }) => id === "file");
    expect(own).toMatchObject({ enabled: true, schedule: null, watch: "/srv/models" });
    const off = planned({ FILE_MODELS: "/srv/models", SOURCES: "hugging-face" });
    expect(off.find(({ id }) => id === "file")).not.toHaveProperty("watch");
  });

  it("are asked without a login, which an address would carry into messages", () => {
    for (const name of ["HF_ENDPOINT", "OPENROUTER_URL"]) {
      for (const login of ["somebody:sesame@", "sesame@"]) {
        const read = () => readConfig({ [name]: `https://${login}mirror.example/` });
        expect(read).toThrow(`${name}=…: must not contain a name or a password`);
        expect(read).not.toThrow("sesame");
      }
      expect(() => readConfig({ [name]: "https://mirror.example/a@b" })).not.toThrow();
    }
  });

  it("name what cannot be used", () => {
    const read = () =>
      readConfig({
        SOURCES: "hugging-face,myspace",
        GGUF_SCHEDULE: "daily",
        OLLAMA_URL: "ftp://x",
      });
    expect(read).toThrow(/SOURCES=.*among.*GGUF_SCHEDULE=daily.*cron.*OLLAMA_URL=ftp/s);
  });
});
