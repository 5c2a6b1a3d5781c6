#!/usr/bin/env python3
"""Writes small text files, good and bad, into corpus/: fuzzing starts from them, and the tests replay them.

    python3 text_corpus.py
"""

import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"

NUMBERS = {
    "good_whole": "42",
    "good_negative": "-17.25",
    "good_plus": "+.5e+3",
    "good_point": "5.",
    "good_infinite": "-inf",
    "good_nan": "NaN(abc_1)",
    "good_huge": "0" + "9" * 400,
    "good_huge_shifted": "1" + "0" * 800 + "e-10",
    "good_tiny": "0." + "0" * 400 + "1",
    "good_tiny_shifted": "." + "0" * 800 + "1e+10",
    "good_exponent": "1e99999999999999999999",
    "good_no_exponent": "1e-99999999999999999999",
    "good_exponent_largest": "0.001e9223372036854775807",
    "good_exponent_least": "0.001e-9223372036854775808",
    "good_denormal": "4.9406564584124654e-324",
    "good_largest_whole": "9007199254740992",
    "good_beyond_whole": "9007199254740993",
    "bad_empty": "",
    "bad_hexadecimal": "0x1p3",
    "bad_signs": "+-1",
    "bad_blank": "1 ",
    "bad_point": ".",
    "bad_exponent": "1e",
    "bad_zero_byte": "1\0",
    "bad_comma": "1,5",
}

MOT_TEXT = {
    "good_ground_truth": "1,1,399,182,121,229,1,1,0.25\n2,1,400,183,121,229,0,8,1\n",
    "good_mot15": "1,3,10.5,20,30,40,1,-1,-1,-1\n",
    "good_detections": "\ufeff1,-1,155.2,199,66,162,51.8\r\n\r\n 1 , -1 ,1,1,2,3,-0.5,-1,-1,-1\n",
    "good_hostile": "1,-1,nan,inf,-inf,1e300,nan\n",
    "good_order": "7,1,1,1,1,1,1\n2,1,1,1,1,1,1\n7,2,1,1,1,1,1\n",
    "good_huge_frame": "9007199254740992,-9007199254740992,1e38,-1e38,1e-300,0,1\n",
    "good_empty": "",
    "bad_columns": "1,1,1,1,1,1\n",
    "bad_more_columns": "1,1,1,1,1,1,1,1,1,1,1\n",
    "bad_word": "1,1,1,1,1,1,x\n",
    "bad_frame": "0,1,1,1,1,1,1\n",
    "bad_fraction": "1.5,1,1,1,1,1,1\n",
    "bad_second_line": "1,1,1,1,1,1,1\n1,1,1,1,1,1,\x1b[2J\n",
    "bad_id": "1,,1,1,1,1,1\n",
}

SEQUENCE_INFO = {
    "good_all": "[Sequence]\nname=MOT17-13\nimDir=img1\nframeRate=29.97\nseqLength=750\nimWidth=1920\n"
    "imHeight=1080\nimExt=.jpg\n",
    "good_comment": "; a comment\r\n# another\r\n[Sequence]\r\nweather = fine\r\nname = a=b\r\n",
    "good_sections": "[Other]\nframeRate=x\n[Sequence]\nseqLength=1e3\n[Sequence]\nimExt=\n",
    "good_empty": "",
    "good_limits": "[Sequence]\nframeRate=1e-300\nseqLength=0\nimWidth=2147483647\n",
    "bad_section": "[Sequence\n",
    "bad_line": "[Sequence]\nname\n",
    "bad_key": "=5\n",
    "bad_twice": "[Sequence]\nname=a\nname=b\n",
    "bad_twice_unprintable": "[Sequence]\n\x1b[2J=a\n\x1b[2J=b\n",
    "bad_rate": "[Sequence]\nframeRate=inf\n",
    "bad_length": "[Sequence]\nseqLength=-1\n",
    "bad_width": "[Sequence]\nimWidth=3000000000\n",
}

CAMERA_MOTION = {
    "good_identity": "0 1 0 0 0 1 0\n",
    "good_tabs": "0\t1\t0\t0\t0\t1\t0\t\r\n1 1.5 0.25 -3  -0.5 2 4\n",
    "good_order": "7 1 0 5 0 1 5\n2 1 0 5 0 1 5\n",
    "good_large": "9007199254740991 1e300 -1e300 1e308 1e-300 0 -1e308\n",
    "good_empty": "\n\n",
    "bad_columns": "0 1 0 0 0 1\n",
    "bad_nan": "0 1 0 0 nan 1 0\n",
    "bad_negative": "-1 1 0 0 0 1 0\n",
    "bad_twice": "0 1 0 0 0 1 0\n0 1 0 0 0 1 0\n",
    "bad_sum": "0 1.7e308 1.7e308 0 0 1 0\n",
}

for target, cases in {
    "number": NUMBERS,
    "mot_text": MOT_TEXT,
    "sequence_info": SEQUENCE_INFO,
    "camera_motion": CAMERA_MOTION,
}.items():
    (CORPUS / target).mkdir(parents=True, exist_ok=True)
    for name, text in cases.items():
        (CORPUS / target / name).write_bytes(text.encode())
