"""Whisper files by whisper 1.1.8, and what it reads in them: one JSON object in, one out.

    python whisper_files.py FOLDER < {"now": seconds, "files": [{"path", "archives": [[step, points], ...],
                                      "points": [[seconds, value], ...]}, ...]}

The answer is {path: [[seconds, value], ...]}: of each archive, finest first, what whisper.fetch gives for
the time that no finer archive reaches, values that are None left out. Points are written one by one in
the order given, each at its own time, so that rings go round and coarser archives are propagated.
"""
import json
import os
import sys

import whisper

folder = sys.argv[1]
request = json.load(sys.stdin)
now = request["now"]


class At:
    """The clock of whisper."""

    @staticmethod
    def time():
        return At.now


whisper.time = At
answer = {}
for file in request["files"]:
    path = os.path.join(folder, file["path"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    archives = [tuple(archive) for archive in file["archives"]]
    whisper.create(path, archives, xFilesFactor=0, aggregationMethod="average")
    for second, value in file["points"]:
        At.now = second
        whisper.update(path, value, second)
    found = []
    reached = now
    for step, count in archives:
        oldest = now - step * count
        if reached > oldest:
            At.now = now
            (start, end, seen), values = whisper.fetch(path, oldest, now, archiveToSelect=step)
            assert seen == step
            for i, value in enumerate(values):
                second = start + i * step
                if value is not None and second <= reached:
                    found.append([second, value])
            reached = min(reached, oldest)
    answer[file["path"]] = sorted(found)
json.dump(answer, sys.stdout)
