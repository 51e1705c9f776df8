export { OculusEngine } from "./oculus-engine.ts";
