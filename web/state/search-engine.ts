/** Whether this Kale has a search engine beside it, which can do what the shards do not. */
import { fetchStatus } from "../api/kale.ts";
import { useQuery } from "./query.ts";

/** False until it is known. */
export function useHasSearchEngine(): boolean {
  const { value } = useQuery("search engine", fetchStatus);
  return value !== undefined && value.searchEngine !== null;
}
