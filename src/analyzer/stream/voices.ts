/** The voices of the detector about the row it judged last, loudest first, for a person to read. */
import type { Voice } from "../../model/index.ts";
import type { Detector } from "../detector/index.ts";

export function voicesOf({ residual, shortMemory, shape, onset }: Detector): Voice[] {
  const voices: Voice[] = [
    { voice: "point", strength: residual.point },
    { voice: "short", strength: residual.short },
    { voice: "drift", strength: shortMemory.drift },
    { voice: "surprise", strength: shortMemory.surprise },
    { voice: "shape", strength: shape },
    { voice: "onset", strength: onset },
  ];
  return voices.sort((a, b) => b.strength - a.strength);
}
