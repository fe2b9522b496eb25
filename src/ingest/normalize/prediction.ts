/**
 * Extra layers that predict further tokens (MTP, NextN). Most repeat the last layer, which the
 * `Architecture` can say. Those that differ are counted here as a part beside the text model.
 */
import type { Architecture, Component, LayerGroup } from "../../estimator/architecture.ts";
import { countParameters } from "../../estimator/index.ts";
import type { ClassTraits } from "./classes/types.ts";
import { readDense } from "./feed-forward/dense.ts";
import { listedParts } from "./layout/tokens.ts";
import type { ConfigReader } from "./reader.ts";

export function readPrediction(
  reader: ConfigReader,
  traits: ClassTraits,
  architecture: Architecture,
): Pick<Architecture, "mtp" | "components"> {
  const { components } = architecture;
  const count = reader.number("mtpLayers") ?? (statesIt(reader) ? 0 : traits.mtpUnstated);
  if (count === 0) return { mtp: null, components };
  const otherwise = traits.mtpOwnEmbeddings;
  const ownEmbeddings = reader.flag({ key: "mtp_use_dedicated_embeddings", otherwise });
  const layers = otherLayers(reader, traits, architecture);
  if (layers === null) return { mtp: { count, ownEmbeddings }, components };
  const part = predictionComponent(architecture, layers, count, ownEmbeddings);
  return { mtp: null, components: [...components, part] };
}

function statesIt(reader: ConfigReader): boolean {
  return reader.find(["num_nextn_predict_layers"], "prediction layers") !== null;
}

/** The layers of one prediction step where they differ from the last layer of the model. */
function otherLayers(
  reader: ConfigReader,
  traits: ClassTraits,
  { layers, hiddenSize }: Architecture,
): LayerGroup[] | null {
  const parts = listedParts(reader, "mtp_hybrid_override_pattern", "mtp_layers_block_type");
  if (parts !== null) {
    return parts.flatMap(({ mixer, feedForward }) => {
      const like = layers.find(
        (group) =>
          (mixer === "none") === (group.mixer.kind === "none") &&
          (mixer !== "full" || group.mixer.kind === "attention") &&
          (feedForward === "none" || group.feedForward.kind === feedForward),
      );
      return like === undefined ? [] : [{ ...like, count: 1 }];
    });
  }
  const last = layers.at(-1);
  if (!traits.mtpDense || last === undefined) return null;
  const place = { index: 0, layers: 1, hidden: hiddenSize, context: null };
  return [{ ...last, count: 1, feedForward: readDense(reader, traits, place, true) }];
}

/** Each step joins token and state by one matrix and three norms, before its layers. */
function predictionComponent(
  architecture: Architecture,
  layers: LayerGroup[],
  count: number,
  ownEmbeddings: boolean,
): Component {
  const { hiddenSize, vocabSize } = architecture;
  const bare = { ...architecture, components: [], mtp: null };
  const ofLayers =
    countParameters({ ...bare, layers }).total - countParameters({ ...bare, layers: [] }).total;
  const joining = 2 * hiddenSize * hiddenSize + 3 * hiddenSize;
  const tables = ownEmbeddings ? 2 * hiddenSize * vocabSize : 0;
  return {
    kind: "mtp",
    parameters: count * (ofLayers + joining + tables),
    note: "prediction layers unlike the others",
  };
}
