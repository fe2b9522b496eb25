/** What a quantizer does with a row that the wanted block does not divide. */
import { TENSOR_TYPES, type TensorType } from "../formats.ts";

const SMALLER_BLOCK: Partial<Record<TensorType, TensorType>> = {
  IQ1_S: "IQ4_NL",
  IQ1_M: "IQ4_NL",
  IQ2_XXS: "IQ4_NL",
  IQ2_XS: "IQ4_NL",
  IQ2_S: "IQ4_NL",
  IQ3_XXS: "IQ4_NL",
  IQ3_S: "IQ4_NL",
  IQ4_XS: "IQ4_NL",
  Q2_0: "Q4_0",
  Q2_K: "Q4_0",
  Q3_K: "Q4_0",
  TQ1_0: "Q4_0",
  TQ2_0: "Q4_0",
  Q4_K: "Q5_0",
  Q5_K: "Q5_1",
  Q6_K: "Q8_0",
};

/** The type that is really written: a smaller block of at least the same precision, else F16. */
export function fittingType(type: TensorType, columns: number): TensorType {
  if (columns % TENSOR_TYPES[type].elements === 0) return type;
  const smaller = SMALLER_BLOCK[type];
  if (smaller !== undefined && columns % TENSOR_TYPES[smaller].elements === 0) return smaller;
  return "F16";
}
