"""python3 -m unittest, in this directory."""

import io
import json
import os
import subprocess
import sys
import threading
import unittest
from pathlib import Path

import petrichor
from petrichor import TNetstringError, dump, parse

HERE = Path(__file__).resolve().parent
CONFORMANCE = HERE.parents[1].parent / "shared" / "conformance"


class TNetstringTests(unittest.TestCase):

    def test_every_type_reads_back_as_it_was_written(self):
        for value, wire in [
            ("hello", b"5:hello,"), ("\u00fc", b"2:\xc3\xbc,"), (b"\xff", b"1:\xff,"), ("", b"0:,"), (-42, b"3:-42#"),
            (1.5, b"3:1.5^"), (1e16, b"19:10000000000000000.0^"), (1e-7, b"9:0.0000001^"), (-0.0, b"4:-0.0^"),
            (True, b"4:true!"), (False, b"5:false!"), (None, b"0:~"), ([], b"0:]"), ({}, b"0:}"),
            ([1, [b"\xff", {"a": None}]], b"22:1:1#14:1:\xff,7:1:a,0:~}]]"), ({b"\xff": 0}, b"8:1:\xff,1:0#}"),
        ]:
            with self.subTest(wire=wire):
                self.assertEqual(wire, dump(value))
                self.assertEqual(repr((value, b"rest")), repr(parse(wire + b"rest")))

    def test_what_has_no_tnetstring_is_refused(self):
        for value in [float("nan"), float("inf"), {1: "a"}, {"a": 1, b"a": 2}, object(), {1, 2}, "\ud800"]:
            with self.subTest(value=value), self.assertRaises(ValueError):
                dump(value)

    def test_what_is_no_tnetstring_is_refused(self):
        for wire in [
            b"", b":,", b"0", b"0:", b"0000000003:foo,", b"-1:a,", b" 3:foo,", b"3:foo;", b"3:ab,", b"4:3:ab],",
            b"2: 5#", b"0:#", b"3:inf^", b"3:nan^", b"5:1e999^", b"4:True!", b"1:x~", b"4:1:a,}", b"8:1:1#1:1#}",
            b"14:1:a,1:1#1:a,1:2#}", b"2:\xd9\xa3#",
        ]:
            with self.subTest(wire=wire), self.assertRaises(TNetstringError):
                parse(wire)

    def test_nesting_is_bounded(self):
        wire = b"0:]"
        for _ in range(petrichor.MAX_DEPTH - 1):
            wire = b"%d:%s]" % (len(wire), wire)
        self.assertEqual(wire, dump(parse(wire)[0]))
        with self.assertRaises(TNetstringError):
            parse(b"%d:%s]" % (len(wire), wire))


class PairTests(unittest.TestCase):

    def recv(self, wire):
        return petrichor.recv(io.BytesIO(wire))

    def test_a_pair_is_a_header_and_a_body(self):
        self.assertEqual(({}, "hello"), self.recv(b"0:}5:hello,"))
        self.assertEqual(({}, None), self.recv(b"0:}0:~"))

    def test_the_end_and_a_header_that_is_no_dictionary_are_no_pair(self):
        for wire in [b"", b"0:~0:,", b"0:]0:,", b"2:hi,0:,"]:
            self.assertEqual((None, None), self.recv(wire))

    def test_a_torn_pair_is_an_error(self):
        whole = b"8:1:a,1:1#}5:hello,"
        for length in range(1, len(whole)):
            with self.subTest(length=length), self.assertRaises(TNetstringError):
                self.recv(whole[:length])

    def test_a_size_is_refused_before_its_data_is_awaited(self):
        for wire in [b"x", b"1234567890", b"1x", b":", b"%d:" % (petrichor.MAX_SIZE + 1)]:
            stream = io.BytesIO(wire + b"more")
            with self.subTest(wire=wire), self.assertRaises(TNetstringError):
                petrichor.recv(stream)
            self.assertEqual(b"more", stream.read())

    def test_a_peer_is_let_in_or_turned_away_by_the_answers_header(self):
        for answer, allowed in [(petrichor.peer_allowed, True), (petrichor.peer_denied, False)]:
            conn = io.BytesIO()
            answer(conn, {"version": "0.1"}, "why")
            self.assertEqual(({"version": "0.1", "allowed": allowed}, "why"), self.recv(conn.getvalue()))

    def test_a_missing_allowed_is_a_welcome_and_a_missing_answer_is_not(self):
        self.assertTrue(petrichor.connect_allowed({}))
        self.assertTrue(petrichor.connect_allowed({"allowed": True}))
        self.assertFalse(petrichor.connect_allowed({"allowed": False}))
        self.assertFalse(petrichor.connect_allowed(None))


class PeerTests(unittest.TestCase):

    def setUp(self):
        self.server = self.run_peer("echo_server.py", "127.0.0.1", "0")
        self.addCleanup(self.server.communicate)
        self.addCleanup(self.server.kill)
        self.port = self.server.stdout.readline().split()[2]

    def run_peer(self, *command):
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        return subprocess.Popen([sys.executable, *command], cwd=HERE, env=environment, encoding="utf-8",
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def test_the_lazy_client_talks_to_the_echo_server(self):
        client = self.run_peer("echo_client.py", "127.0.0.1", self.port, "frank")
        said, _ = client.communicate("hello\n\n\u00fc\n", timeout=20)
        self.assertEqual("CONNECTED WELCOME\n> hello\n> \n> \u00fc\n> ", said)
        self.assertEqual(0, client.returncode)
        heard = [self.server.stdout.readline() for _ in range(5)]
        self.assertRegex(heard[0], r"^RECEIVED frank [0-9a-f]{32} \{\} hello\n$")
        self.assertRegex(heard[3], r"^RECEIVED frank [0-9a-f]{32} None None\n$")
        self.assertEqual("ALL DONE\n", heard[4])

    def test_a_conversation_comes_back_the_same(self):
        # The server prints all it receives, and would wait for someone to read it.
        reader = threading.Thread(target=self.server.stdout.read)
        reader.start()
        self.addCleanup(reader.join)
        self.addCleanup(self.server.kill)
        talk = self.run_peer("conversation.py", "127.0.0.1", self.port)
        said, _ = talk.communicate(timeout=60)
        self.assertEqual(("ALL THE SAME\n", 0), (said, talk.returncode))


@unittest.skipUnless(CONFORMANCE.is_dir(), "no conformance data beside the repository")
class ConformanceTests(unittest.TestCase):

    def test_reading(self):
        cases = [case for case in self.cases("vectors.json") if case.get("depth", 0) <= petrichor.MAX_DEPTH]
        for case in cases:
            with self.subTest(id=case["id"]):
                wire = bytes.fromhex(case["hex"])
                if case["valid"]:
                    value, rest = parse(wire)
                    self.assertEqual(repr(self.value(case["value"])), repr(value))
                    self.assertEqual(case["remain_hex"], rest.hex())
                else:
                    with self.assertRaises(TNetstringError):
                        parse(wire)
        print(f"{len(cases)} cases read")

    def test_writing(self):
        # Not those that record how others write a float: with six decimals, or with a digit more than it takes.
        cases = [case for case in self.cases("encode-vectors.json")
                 if not (case["same"] and case["hex"].endswith("5e")) and case["id"] != "enc-035"]
        for case in cases:
            with self.subTest(id=case["id"]):
                self.assertEqual(case["hex"], dump(self.value(case["value"])).hex())
        print(f"{len(cases)} cases written")

    def test_what_other_programs_wrote(self):
        files = sorted(CONFORMANCE.glob("real/*.json"))
        for file in files:
            with self.subTest(file=file.name):
                case = json.loads(file.read_text(encoding="utf-8"))
                wire = rest = file.with_suffix("").read_bytes()
                separator = case["separator"].encode()
                written = b""
                for expected in case["values"]:
                    value, rest = parse(rest)
                    self.assertEqual(repr(self.value(expected)), repr(value))
                    rest = rest[len(separator):]
                    written += dump(value) + separator
                self.assertEqual(b"", rest)
                self.assertEqual(wire, written)
        print(f"{len(files)} files read and written")

    def cases(self, name):
        return json.loads((CONFORMANCE / name).read_text(encoding="utf-8"))

    def value(self, tree):
        if isinstance(tree, list):
            return [self.value(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        (kind, value), = tree.items()
        return {
            "$bytes": lambda: petrichor._text(bytes.fromhex(value)),
            "$dict": lambda: {self.value(key): self.value(item) for key, item in value},
            "$int": lambda: int(value),
            "$float": lambda: float(value),
            "$nest": lambda: self.nest(*value),
        }[kind]()

    def nest(self, levels, leaf):
        return [self.nest(levels - 1, leaf)] if levels else self.value(leaf)


if __name__ == "__main__":
    unittest.main()
