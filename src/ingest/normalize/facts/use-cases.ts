/** What a model is for, from stated evidence: its tags, its pipeline, its name, its modalities. */
import type { FactOrigin } from "../../../db/facts.ts";
import type { HubFacts } from "../types.ts";
import type { Findings } from "./findings.ts";
import { RULES, type UseCaseRule } from "./rules.ts";

const ORIGIN: FactOrigin = { file: "data/families.json", key: "useCases", basis: "curated" };

export function useCaseFacts(id: string, info: HubFacts, found: Findings): void {
  const name = id.split("/").at(-1) ?? id;
  const cases = RULES.useCases
    .filter((rule) => applies(rule, name, info, found))
    .map((rule) => rule.useCase);
  if (cases.length > 0) found.add("useCases", cases, ORIGIN);
}

function applies(rule: UseCaseRule, name: string, info: HubFacts, { facts }: Findings): boolean {
  const { totalParameters, inputModalities, outputModalities, languages } = facts;
  const small =
    rule.maxParameters !== undefined &&
    typeof totalParameters === "number" &&
    totalParameters <= rule.maxParameters;
  return (
    small ||
    (rule.name?.test(name) ?? false) ||
    shares(rule.tags, info.tags) ||
    shares(rule.pipeline, [info.pipelineTag ?? ""]) ||
    shares(rule.input, inputModalities) ||
    shares(rule.output, outputModalities) ||
    (rule.languages !== undefined && (languages?.length ?? 0) >= rule.languages) ||
    (rule.licenseClosed === true && facts.commercialUse === false)
  );
}

function shares<T>(
  wanted: readonly T[] | undefined,
  given: readonly T[] | null | undefined,
): boolean {
  return wanted?.some((value) => given?.includes(value)) ?? false;
}
