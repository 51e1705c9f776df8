export { OculusEngine, type OculusEngineParts } from "./oculus-engine.ts";
