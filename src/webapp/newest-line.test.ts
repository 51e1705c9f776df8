import { expect, test } from "vitest";
import { NewestLine } from "./newest-line.ts";

async function readAll(line: NewestLine): Promise<string> {
  let text = "";
  for await (const chunk of line.stream() as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
  }
  return text;
}

test("a reader who comes late gets the newest line, and the last one for certain", async () => {
  const line = new NewestLine();
  expect(line.isBegun).toBe(false);
  line.offer("1\n");
  line.offer("2\n");
  await line.begun;
  const reader = line.stream().getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("2\n");
  const next = reader.read();
  line.offer("3\n");
  expect(new TextDecoder().decode((await next).value)).toBe("3\n");
  line.offer("4\n");
  line.end("5\n");
  line.offer("too late\n");
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("5\n");
  expect((await reader.read()).done).toBe(true);
});

test("a stream of one line ends after it", async () => {
  const line = new NewestLine();
  const text = readAll(line);
  line.end("only\n");
  expect(await text).toBe("only\n");
});
