/**
 * What the plan of a request depends on beside its document. Fields whose selection is computed are
 * watched for the arguments that they read; with those and the directives, the variables that can
 * change the plan are known, and all others cannot.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from "graphql";

type Field = GraphQLField<unknown, unknown>;
export type Selection = (args: object, ...rest: unknown[]) => unknown;

/** Where plugin-drizzle keeps the selection of a field. */
export const SELECTION = "pothosDrizzleSelect";

/** By field: the arguments that its selection has ever read. */
const reads = new WeakMap<object, Set<string>>();
/** Goes up with every argument that was not known to be read. */
let version = 0;

/** Watches every computed selection of the schema. */
export function watchSelections(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const selection = field.extensions[SELECTION];
      if (typeof selection !== "function") continue;
      reads.set(field, new Set());
      const watched: Selection = (args, ...rest) => selection(watch(args, field), ...rest);
      field.extensions = { ...field.extensions, [SELECTION]: watched };
    }
  }
}

/** The values of the arguments that the selection of a watched field has ever read. */
export function readValues(field: object, args: Record<string, unknown>): unknown[] {
  const values: unknown[] = [];
  for (const name of reads.get(field)!) values.push(args[name]);
  return values;
}

/** The arguments as they are, with a note of each that is looked at. */
function watch(args: object, field: Field): object {
  const known = reads.get(field)!;
  const note = (name: string) => {
    if (known.has(name)) return;
    known.add(name);
    version++;
  };
  return new Proxy(args, {
    get(target, name) {
      if (typeof name === "string") note(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      if (typeof name === "string") note(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      for (const { name } of field.args) note(name);
      return Reflect.ownKeys(target);
    },
  });
}

/** Which variables of an operation matter: always, or when a selection reads the argument they are in. */
interface Uses {
  always: Set<string>;
  byArgument: { field: Field; argument: string; variables: string[] }[];
  /** The names for the version of what is known to be read. */
  names: string[];
  version: number;
}

const uses = new WeakMap<OperationDefinitionNode, Uses>();

export interface Operation {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
}

/** Names of the variables that the plans of the operation depend on, as far as is known now. */
export function planVariables({ schema, operation, fragments }: Operation): string[] {
  let known = uses.get(operation);
  if (!known) {
    known = { ...usesIn(schema, [operation, ...Object.values(fragments)]), names: [], version: -1 };
    uses.set(operation, known);
  }
  if (known.version !== version) {
    const names = new Set(known.always);
    for (const { field, argument, variables } of known.byArgument) {
      if (reads.get(field)!.has(argument)) for (const name of variables) names.add(name);
    }
    known.names = [...names].sort();
    known.version = version;
  }
  return known.names;
}

function usesIn(
  schema: GraphQLSchema,
  definitions: (OperationDefinitionNode | FragmentDefinitionNode)[],
): Pick<Uses, "always" | "byArgument"> {
  const found: Pick<Uses, "always" | "byArgument"> = { always: new Set(), byArgument: [] };
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    Directive(node) {
      for (const { value } of node.arguments ?? []) {
        for (const name of variablesIn(value)) found.always.add(name);
      }
    },
    Field(node) {
      for (const field of fieldsOf(schema, types, node)) {
        for (const { name, value } of node.arguments ?? []) {
          const variables = variablesIn(value);
          if (variables.length === 0) continue;
          found.byArgument.push({ field, argument: name.value, variables });
        }
      }
    },
  });
  for (const definition of definitions) visit(definition, visitor);
  return found;
}

/** The watched fields that a node can stand for: of an interface, those of all its types. */
function fieldsOf(schema: GraphQLSchema, types: TypeInfo, node: FieldNode): Field[] {
  const parent = types.getParentType();
  const owners = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
  return owners.flatMap((owner) => {
    const field = isObjectType(owner) ? owner.getFields()[node.name.value] : undefined;
    return field && reads.has(field) ? [field] : [];
  });
}

function variablesIn(value: ValueNode): string[] {
  const names: string[] = [];
  visit(value, {
    [Kind.VARIABLE]: (node) => {
      names.push(node.name.value);
    },
  });
  return names;
}
