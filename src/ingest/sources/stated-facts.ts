/**
 * The facts that a person may state by hand, with their types: in an override, or beside a model of
 * one's own. What is read from the shape of a model (layers, heads, cache) is not among them: memory is
 * computed from the architecture, and a number that contradicts it would mislead.
 */
import * as z from "zod";
import { MODALITIES, type ModelFacts, USE_CASES, VARIANTS } from "../../db/facts.ts";
import { REPOSITORY_ID } from "./hugging-face/protocol.ts";

const line = z.string().trim().min(1).max(200);
const tokens = z.int().positive().max(1e9);
const modalities = z.array(z.enum(MODALITIES)).min(1);
const webAddress = z.url({ protocol: /^https?$/ }).max(1000);

export const statedFacts = {
  name: line,
  organization: line,
  family: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  familyName: line,
  variant: z.enum(VARIANTS),
  baseModel: z.string().regex(REPOSITORY_ID),
  description: z.string().trim().min(1).max(1000),
  statedParameters: z.int().positive(),
  contextLength: tokens,
  extendedContextLength: tokens,
  servedContextLength: tokens,
  inputModalities: modalities,
  outputModalities: modalities,
  useCases: z.array(z.enum(USE_CASES)).min(1),
  languages: z.array(z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/)).min(1),
  tags: z.array(line).max(200),
  license: line,
  licenseName: line,
  licenseUrl: webAddress,
  commercialUse: z.boolean(),
  releasedOn: z.iso.date(),
  priceUrl: webAddress,
} satisfies { [Name in keyof ModelFacts]?: z.ZodType<ModelFacts[Name]> };

export type StatedFact = keyof typeof statedFacts;
