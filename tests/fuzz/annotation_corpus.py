#!/usr/bin/env python3
"""Writes small valid and invalid annotation files into corpus/: fuzzing starts from them, and the tests replay them.

    python3 annotation_corpus.py
"""

import json
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"

SHARED = {
    "track_id": 9007199254740993,
    "score": 0.25,
    "ignore": 1,
    "visibility": 0.5,
    "occlusion": 2,
    "truncation": 0.75,
    "attributes": {"a": "1.50", "b": True, "c": -3, "ü": "x,\n\"y\""},
}
COCO_OBJECT = {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2.5, 3, 4e1]}
COCO = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}, {"id": 5}],
    "categories": [{"id": 3, "name": "Vélo"}, {"id": 1, "name": "person"}],
    "annotations": [{**COCO_OBJECT, **SHARED, "iscrowd": 1, "segmentation": [[1, 2, 3, 4, 5.5, 6], []]}],
}
KITTI_LINE = "0 2 Van 0.25 1 -2.5 1106.13 166.57 1204.47 323.87 1.71 0.76 0.97 6.3 1.6 8.4 -1.9"
TT100K = {
    "types": ["i1", "p11"],
    "imgs": {
        "7": {
            "path": "train/7.jpg",
            "id": 7,
            "objects": [
                {
                    "category": "p11",
                    "bbox": {"xmin": 880.1, "ymin": 995.5, "xmax": 929.3333, "ymax": 1040},
                    "polygon": [[880, 995.5], [929, 1040]],
                    **SHARED,
                }
            ],
        },
        "0": {"width": 8, "height": 9, "objects": []},
    },
}
CROWDHUMAN_BOX = {
    "fbox": [72, 202, 163, 503],
    "tag": "person",
    "hbox": [171, 208, 62, 83.5],
    "vbox": [72, 202, 163, 398],
    "extra": {"box_id": 0, "ignore": 0},
    "head_attr": {"ignore": 0, "occ": 1},
}
CROWDHUMAN = {"ID": "273271,c9", "gtboxes": [CROWDHUMAN_BOX, {"tag": "mask", "fbox": [1, 2, 3, 4], **SHARED}]}
LABELME = {
    "version": "5.0.1",
    "flags": {},
    "shapes": [
        {
            "label": "person",
            "points": [[30.5, 60], [10.1, 20.25]],
            "group_id": 3,
            "shape_type": "rectangle",
            "flags": {"far": True},
            **SHARED,
        },
        {"label": "car", "points": [[1, 2], [5, 2], [3, 9.5]], "group_id": None, "shape_type": "polygon"},
        {"label": "x", "points": [[1, 2]], "shape_type": "point"},
    ],
    "imagePath": "000004.jpg",
    "imageData": None,
    "imageHeight": 576,
    "imageWidth": 768,
}
CITYSCAPES = {
    "imgHeight": 1024,
    "imgWidth": 2048,
    "objects": [
        {"label": "road", "polygon": [[0, 769], [290, 574]]},
        {"label": "persongroup", "polygon": [[5, 6], [7, 8], [6, 9]], **SHARED},
        {"label": "rider", "polygon": [[5, 6]], "deleted": 1},
    ],
}
EVA_OBJECT = {"class": "car", "x": 1.5, "y": 2, "width": 3, "height": 4}
EVA = {
    "classes": [{"name": "person", "number": 3}, {"name": "car"}],
    "frame_count": 9,
    "frames": [
        {"frame": 2, "objects": [{**EVA_OBJECT, **SHARED, "polygons": [[[1, 2], [3, 4]], []]}]},
        {"frame": 1, "file": "a.png", "width": 64, "height": 48},
    ],
}
EVA_CSV = (
    "frame,track_id,class,x,y,width,height,score,ignore,visibility,occlusion,truncation,attribute:a,note\r\n"
    '7,9,"car, ""big""\nred",1.5,2,3,4,0.5,1,0.25,2,0.75,blue,?\r\n8,,,1,2,3,4,,,,,,,\n'
)
CVAT_BOX = '<box frame="%d" outside="%d" occluded="%d" keyframe="1" xtl="10.1" ytl="20.5" xbr="30" ybr="60.7" z_order="0">%s</box>'
CVAT_ATTRIBUTES = "".join(
    f'<attribute name="{name}">{text}</attribute>'
    for name, text in [("pose", "up &amp; down"), ("ignore", "true"), ("score", "0.5"), ("visibility", "1"), ("truncation", "0")]
)
CVAT_META = (
    "<meta><task><size>6</size><labels><label><name>car</name><attributes/></label><label><name>Fußgänger</name>"
    "</label></labels><original_size><width>768</width><height>576</height></original_size></task></meta>"
)
CVAT = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>' + CVAT_META
    + '<track id="0" label="Fußgänger">' + CVAT_BOX % (1, 0, 0, CVAT_ATTRIBUTES) + CVAT_BOX % (3, 0, 1, "")
    + CVAT_BOX % (4, 1, 0, "") + '</track><track id="7" label="bus"><polygon frame="4" points="1,2;5,2.5;3,9"/>'
    '<points frame="4"/></track><image id="0"/></annotations>\n'
)
VOC_BOX = "<bndbox><xmin>8.1</xmin><ymin>12</ymin><xmax>352.3</xmax><ymax>498</ymax></bndbox>"
VOC_ATTRIBUTES = "".join(
    f"<attribute><name>{name}</name><value>{text}</value></attribute>"
    for name, text in [("track_id", "7"), ("score", "0.5"), ("visibility", "1"), ("b", " "), ("c", "&lt;&#13;")]
)
VOC = (
    "<annotation><filename>000012.jpg</filename><size><width>500</width><height>375</height><depth>3</depth></size>"
    "<object><name>dog &amp; cat</name><pose>Left</pose><truncated>1</truncated><occluded>0</occluded>"
    "<difficult>1</difficult>" + VOC_BOX + "<part/><attributes>" + VOC_ATTRIBUTES + "</attributes></object></annotation>"
)

TARGETS = {
    "kitti": {
        "good_line": KITTI_LINE + "\n",
        "good_score": KITTI_LINE.replace("0 2 Van", "3 -1 DontCare") + " 0.5\r\n",
        "good_unknown": "0 0 Car -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n",
        "good_empty": "",
        "bad_columns": "0 1 Car 0 0 -10 1 2 3 4\n",
        "bad_twice": KITTI_LINE + "\n" + KITTI_LINE + "\n",
        "bad_edges": KITTI_LINE.replace("1106.13", "-3e38").replace("1204.47", "3e38"),
        "bad_frame": KITTI_LINE.replace("0 2 Van", "-1 2 Van"),
    },
    "coco": {
        "good_all": COCO,
        "good_zero": {"images": [{"id": 0}], "annotations": [{**COCO_OBJECT, "image_id": 0, "category_id": 0}], "categories": [{"id": 0, "name": ""}]},
        "good_list": [{**COCO_OBJECT, "score": 1}],
        "good_mask": {**COCO, "annotations": [{**COCO_OBJECT, "segmentation": {"counts": "a", "size": [1, 2]}}]},
        "bad_image": {**COCO, "images": []},
        "bad_box": {**COCO, "annotations": [{**COCO_OBJECT, "bbox": [1, 2, 3]}]},
        "bad_depth": "[" * 100,
        "bad_end": json.dumps(COCO)[:-2],
    },
    "crowdhuman": {
        "good_all": json.dumps(CROWDHUMAN) + "\n\n" + json.dumps({"ID": "b", "frame": 9, "width": 4, "height": 5}),
        "good_box": {"ID": "", "gtboxes": [CROWDHUMAN_BOX]},
        "good_empty": "",
        "bad_frame": '{"ID":"a","frame":2}\n{"ID":"b"}',
        "bad_line": json.dumps(CROWDHUMAN) + "\n{",
        "bad_tag": {"ID": "a", "gtboxes": [{"fbox": [1, 2, 3, 4]}]},
    },
    "cityscapes": {
        "good_all": CITYSCAPES,
        "good_car": {"objects": [{"label": "car", "polygon": [[0.1, 0.7], [0.3, 0.2]]}]},
        "good_empty": {"objects": []},
        "bad_objects": {"imgHeight": 1},
        "bad_polygon": {"objects": [{"label": "car", "polygon": []}]},
        "bad_point": {"objects": [{"label": "car", "polygon": [[1]]}]},
    },
    "tt100k": {
        "good_all": TT100K,
        "good_keys": {"imgs": {"3": {}, "1e1": {"id": "x"}}},
        "good_empty": {"imgs": {}},
        "bad_key": {"imgs": {"a": {}}},
        "bad_twice": {"imgs": {"1": {}, "2": {"id": 1}}},
        "bad_edge": {"imgs": {"1": {"objects": [{"category": "a", "bbox": {"xmin": 1}}]}}},
    },
    "labelme": {
        "good_all": LABELME,
        "good_old": {"shapes": [{"label": "", "points": [[1.1, 2.2]]}]},
        "good_empty": {"shapes": []},
        "bad_points": {"shapes": [{"label": "a", "points": [[1, 2]], "shape_type": "rectangle"}]},
        "bad_label": {"shapes": [{"points": [[1, 2]]}]},
        "bad_size": {"shapes": [], "imageWidth": -1},
    },
    "pascal_voc": {
        "good_all": VOC,
        "good_box": "<annotation><object><name>a</name>" + VOC_BOX + "</object></annotation>",
        "good_empty": "<annotation/>",
        "bad_end": VOC[:-5],
        "bad_box": "<annotation><object><name>a</name><bndbox/></object></annotation>",
        "bad_value": VOC.replace("352.3", "inf"),
    },
    "yolo_text": {
        "good_plain": "0 0.5 0.25 0.1 0.2\r\n\n2 0.333333 0.666667 0.123456 0.05\n",
        "good_scores": "1 0.5 0.5 1 1 0.75\n1 0.5 0.5 1 1 0.5 -12\n",
        "good_empty": "",
        "bad_class": "3 0.5 0.5 1 1\n",
        "bad_outline": "0 0.1 0.1 0.2 0.2 0.3 0.3 0.4 0.4\n",
        "bad_number": "0 0.5 nan 1 1\n",
    },
    "cvat": {
        "good_all": CVAT,
        "good_gap": '<annotations><track id="1" label="a">' + CVAT_BOX % (0, 0, 0, "") + CVAT_BOX % (9, 0, 0, "") + "</track></annotations>",
        "good_empty": "<annotations/>",
        "bad_end": CVAT[:-20],
        "bad_twice": '<annotations><track id="1" label="a"/><track id="1" label="a"/></annotations>',
        "bad_far": '<annotations><track id="1" label="a">' + CVAT_BOX % (0, 0, 0, "") + CVAT_BOX % (2000000000, 0, 0, "") + "</track></annotations>",
    },
    "eva": {
        "good_csv": EVA_CSV,
        "good_json": EVA,
        "good_columns": "height,width,y,x,frame\n1,2,3,4,5",
        "bad_column": "frame,x,y,width\n",
        "bad_quote": 'frame,x,y,width,height\n1,"1,1,1,1',
        "bad_frame": {"frames": [{"frame": 1}, {"frame": 1}]},
    },
}

for target, cases in TARGETS.items():
    (CORPUS / target).mkdir(parents=True, exist_ok=True)
    for name, value in cases.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=name != "good_all")
        (CORPUS / target / name).write_bytes(text.encode())
