"""The files of labelling.md, as they are written there: what others write and read."""

LABEL_STUDIO = """[{"id":1,"data":{"image":"/data/upload/1/a.jpg"},"annotations":[{"id":11,"completed_by":1,
 "was_cancelled":false,"ground_truth":false,"lead_time":4.2,"result":[
 {"id":"r1","from_name":"box","to_name":"image","type":"rectanglelabels","original_width":200,"original_height":100,
  "image_rotation":0,"value":{"x":10,"y":20,"width":30,"height":40,"rotation":0,"rectanglelabels":["cat"]}},
 {"id":"r2","from_name":"poly","to_name":"image","type":"polygonlabels","original_width":200,"original_height":100,
  "value":{"points":[[10,10],[60,10],[60,60]],"closed":true,"polygonlabels":["dog"]}}]}],
 "predictions":[{"model_version":"m1","score":0.61,"result":[{"from_name":"box","to_name":"image",
  "type":"rectanglelabels","value":{"x":11,"y":19,"width":29,"height":41,"rotation":0,"rectanglelabels":["cat"]}}]}]},
 {"id":7,"data":{"text":"EU rejects German call"},"annotations":[{"result":[
 {"from_name":"ner","to_name":"text","type":"labels","value":{"start":0,"end":2,"text":"EU","labels":["ORG"]}},
 {"from_name":"cls","to_name":"text","type":"choices","value":{"choices":["Politics"]}},
 {"from_name":"q","to_name":"text","type":"rating","value":{"rating":4}},
 {"from_name":"y","to_name":"text","type":"number","value":{"number":1.5}}]}]}]"""

LABEL_STUDIO_MIN = """[{"text":"EU rejects German call","id":7,"ner":[{"start":0,"end":2,"text":"EU","labels":["ORG"]}],
"cls":"Politics","annotator":2,"annotation_id":71,"lead_time":3.0}]"""

BRUSH = [0, 0, 0, 96, 57, 27, 254, 31, 0, 183, 255, 108, 2, 223, 254, 27, 0, 0]

COCO = """{"info":{"version":"1.0"},"licenses":[],"images":[{"id":1,"file_name":"a.jpg","width":6,"height":4}],
 "categories":[{"id":1,"name":"cat","supercategory":"","keypoints":["nose","tail"],"skeleton":[[1,2]]}],
 "annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[2,1,3,2],"area":6,"iscrowd":0,
 "segmentation":[[2,1,5,1,5,3,2,3]],"keypoints":[2,1,2,4,2,1],"num_keypoints":2},
 {"id":2,"image_id":1,"category_id":1,"bbox":[2,1,3,2],"area":6,"iscrowd":1,
 "segmentation":{"size":[4,6],"counts":[9,2,2,2,2,2,5]}}]}"""

VOC = (
    "<annotation><folder>images</folder><filename>a.jpg</filename><size><width>200</width><height>100</height>"
    "<depth>3</depth></size><segmented>0</segmented><object><name>cat</name><pose>Unspecified</pose>"
    "<truncated>0</truncated><difficult>0</difficult><bndbox><xmin>21</xmin><ymin>21</ymin><xmax>80</xmax>"
    "<ymax>60</ymax></bndbox></object></annotation>"
)

YOLO_CONFIG = "path: .\ntrain: images/train\nval: images/val\nnames: {0: cat, 1: dog}\n"
YOLO = {
    "yolo": "0 0.25 0.4 0.3 0.4\n",
    "yolo-seg": "1 0.1 0.1 0.6 0.1 0.6 0.6\n",
    "yolo-obb": "0 0.1 0.2 0.4 0.2 0.4 0.6 0.1 0.6\n",
    "yolo-pose": "0 0.25 0.4 0.3 0.4 0.1 0.2 2 0.3 0.5 1\n",
}

CONLL = "-DOCSTART- -X- O\n\nEU -X- _ B-ORG\nrejects -X- _ O\nGerman -X- _ B-MISC\ncall -X- _ O\n"
CONLL_TWO = "EU\tB-ORG\nrejects\tO\n\nBrussels\tB-LOC\n"

CSV = 'id,text,label,annotator,at\n7,"EU rejects German call",Politics,ann,2026-01-01T00:00:00Z\n'

PRODIGY = (
    '{"text":"Uber’s Lesson","_input_hash":1886699658,"_task_hash":-1952856502,'
    '"tokens":[{"text":"Uber","start":0,"end":4,"id":0}],'
    '"spans":[{"start":0,"end":4,"token_start":0,"token_end":0,"label":"ORG"}],"answer":"accept"}\n'
)
PRODIGY_CHOICE = (
    '{"text":"x","options":[{"id":"A","text":"A"},{"id":"B","text":"B"}],"accept":["A"],"answer":"accept"}\n'
)
PRODIGY_BINARY = (
    '{"text":"you fool","label":"INSULT","answer":"reject"}\n{"text":"hm","label":"INSULT","answer":"accept"}\n'
)

DOCCANO = '{"text":"EU rejects German call to boycott British lamb.","label":[[0,2,"ORG"],[11,17,"MISC"]]}\n'
DOCCANO_INTENT = (
    '{"text":"Find a flight from Memphis to Tacoma","entities":[[0,26,"City"],[30,36,"City"]],"cats":["flight"]}\n'
)
DOCCANO_BOX = '{"filename":"cat.png","bbox":[{"x":11,"y":12,"width":64,"height":66,"label":"cat"}]}\n'
DOCCANO_OUTLINE = '{"filename":"cat.png","segmentation":[{"points":[38,81,32,78,47,82],"label":"cat"}]}\n'

IMAGE_FOLDER = '{"file_name":"a.jpg","label":"cat"}\n'

AUDACITY = (
    "0.500000\t1.250000\towl\n\\\t2000.000000\t4000.000000\n"
    "1.000000\t2.500000\tscreech owl\n3.000000\t3.000000\tclick\n"
)
RTTM = (
    ";; two people\nSPKR-INFO a 1 <NA> <NA> <NA> unknown spk1 <NA> <NA>\n"
    "SPEAKER a 1 0.50 0.75 <NA> <NA> spk1 <NA> <NA>\nSPEAKER a 1 1.00 0.50 <NA> <NA> spk2 <NA>\n"
)
NEMO = (
    '{"audio_filepath":"a.wav","duration":3.2,"text":"hello"}\n'
    '{"audio_filepath":"b.wav","duration":1.0,"label":"dog","speaker":"ann"}\n'
    '{"audio_filepath":"c.wav","duration":2,"offset":1.5,"text":""}\n'
)
LABEL_STUDIO_AUDIO = """[{"id":1,"data":{"audio":"/data/upload/1/a.wav"},"annotations":[{"id":3,"completed_by":1,
 "result":[{"original_length":4.2,"value":{"start":0.5,"end":1.25,"channel":0,"labels":["owl"]},"id":"r1",
 "from_name":"labels","to_name":"audio","type":"labels","origin":"manual"},
 {"original_length":4.2,"value":{"start":1,"end":2,"channel":1,"labels":["rain"]},"id":"r2",
 "from_name":"labels","to_name":"audio","type":"labels","origin":"manual"}]}]}]"""

CVAT = (
    '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><task><name>t</name><size>1</size>'
    "<mode>annotation</mode><labels><label><name>dog</name><type>any</type></label><label><name>cat</name>"
    '<type>any</type></label></labels></task></meta><image id="0" name="a.jpg" width="200" height="100">'
    '<tag label="cat" source="manual"/>'
    '<box label="cat" source="manual" occluded="0" xtl="20.00" ytl="20.00" xbr="80.00" ybr="60.00" z_order="0"/>'
    '<polygon label="cat" source="manual" occluded="0" points="20.00,10.00;120.00,10.00;120.00,60.00" z_order="0"/>'
    '<points label="cat" source="manual" occluded="0" points="30.00,30.00" z_order="0"/>'
    '<mask label="cat" source="manual" occluded="0" rle="1, 3, 1" left="2" top="1" width="5" height="1" z_order="0"/>'
    "</image></annotations>"
)

LABELME = (
    '{"version":"5.5.0","flags":{},"shapes":[{"label":"cat","points":[[80,60],[20,20]],"group_id":null,'
    '"shape_type":"rectangle","flags":{}},{"label":"dog","points":[[20,10],[120,10],[120,60]],"group_id":null,'
    '"shape_type":"polygon","flags":{}},{"label":"x","points":[[1,1],[2,2]],"shape_type":"circle"}],'
    '"imagePath":"..\\\\photos\\\\a.jpg","imageData":null,"imageHeight":100,"imageWidth":200}'
)

SPACY = '[["EU rejects German call",{"entities":[[0,2,"ORG"]],"cats":{"Politics":1.0,"Sport":0.0}}]]'
FASTTEXT = "__label__negative Terrible customer service.\n__label__a __label__b  two of them\nnobody said\n"
ARGILLA = (
    '[{"id":"1","status":"completed","fields":{"text":"hi there"},"metadata":{},"vectors":{},'
    '"suggestions":{"label":{"value":"pos","score":0.8,"agent":"m1"}},'
    '"responses":{"label":[{"value":"pos","user_id":"u1"},{"value":"neg","user_id":"u2"}],'
    '"topics":[{"value":["a","b"],"user_id":"u1"}],"stars":[{"value":4,"user_id":"u1"}],'
    '"ner":[{"value":[{"start":0,"end":2,"label":"X"}],"user_id":"u1"}]}}]'
)
