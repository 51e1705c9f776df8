import { benchYear } from "./bench/quality/year.ts";
const [,, services = "2", days = "90", seed = "1", which = "kale"] = process.argv;
console.log(benchYear({ seed: Number(seed), serviceCount: Number(services), dayCount: Number(days), report: console.error }, which as "kale"));
