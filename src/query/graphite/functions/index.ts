/** Every function there is, by name. */
import type { GraphiteFunction } from "../call.ts";
import { aliasFunctions } from "./alias.ts";
import { changeFunctions } from "./changes.ts";
import { combineFunctions } from "./combine.ts";
import { drawingFunctions } from "./drawing.ts";
import { filterFunctions } from "./filter.ts";
import { groupFunctions } from "./group-by.ts";
import { holtWintersFunctions } from "./holt-winters.ts";
import { movingFunctions } from "./moving.ts";
import { pairFunctions } from "./combine-pairs.ts";
import { percentFunctions } from "./percent.ts";
import { specialFunctions } from "./special.ts";
import { statisticsFunctions } from "./statistics.ts";
import { summarizeFunctions } from "./summarize.ts";
import { timeFunctions } from "./time.ts";
import { transformFunctions } from "./transform.ts";

export const graphiteFunctions: ReadonlyMap<string, GraphiteFunction> = new Map(
  [
    ...combineFunctions,
    ...pairFunctions,
    ...percentFunctions,
    ...groupFunctions,
    ...transformFunctions,
    ...changeFunctions,
    ...summarizeFunctions,
    ...movingFunctions,
    ...holtWintersFunctions,
    ...statisticsFunctions,
    ...timeFunctions,
    ...filterFunctions,
    ...aliasFunctions,
    ...drawingFunctions,
    ...specialFunctions,
  ].map((definition) => [definition.name, definition]),
);
