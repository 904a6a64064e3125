"""A valid question of each kind as its author types it, about the ethics of the public service."""

from typing import Any

CONTENT: dict[str, dict[str, Any]] = {
    "matching": {
        "rows": [
            {
                "text": "Người dân **lớn tiếng** vì phải chờ lâu",
                "target": "Lắng nghe, xin lỗi và giải thích",
                "explanation": "Giữ bình tĩnh, nhận phần lỗi của cơ quan rồi mới giải thích.",
            },
            {
                "text": "Phong bì được để lại ở quầy",
                "target": "Báo cáo bằng văn bản và nộp lại",
                "explanation": "Thời hạn là **05 ngày làm việc**.",
            },
            {"text": "Phóng viên gọi điện hỏi về một hồ sơ", "target": "Chuyển cho người phát ngôn"},
        ],
        "distractors": [{"text": "Im lặng cho qua"}],
        "rule": "partial",
    },
    "ordering": {
        "items": [
            {"text": "Từ chối và giải thích quy định", "explanation": "Chỉ khi **không từ chối được** mới nhận."},
            {"text": "Báo cáo thủ trưởng cơ quan bằng văn bản"},
            {"text": "Nộp lại quà tặng cho bộ phận được giao"},
            {"text": "Ký biên bản giao nhận"},
        ],
        "rule": "pairs",
    },
    "categorise": {
        "rows": [
            {"text": "Chào", "target": 0, "explanation": "Bốn xin: **chào**, lỗi, cảm ơn, phép."},
            {"text": "Mỉm cười", "target": 1},
            {"text": "Cảm ơn", "target": 0},
            {"text": "Giúp đỡ", "target": 1},
            {"text": "Im lặng", "target": None, "explanation": "Im lặng không thuộc bốn xin, bốn luôn."},
        ],
        "targets": [{"text": "Bốn xin"}, {"text": "Bốn luôn"}],
        "rule": "partial",
    },
    "short_answer": {
        "answers": [
            {"text": "Người phát ngôn", "explanation": "Chỉ **người phát ngôn** trả lời báo chí."},
            {"text": "Văn phòng", "share": 50, "explanation": "Đúng nơi, nhưng phải là người được giao."},
            {"text": "Bảo vệ", "share": 0, "explanation": "Bảo vệ chỉ hướng dẫn chỗ chờ."},
        ],
        "folding": {"case": True, "marks": False, "edges": True, "tones": True},
    },
    "numeric": {
        "answers": [
            {"value": "5", "explanation": "Thời hạn là **05 ngày làm việc**."},
            {"value": "7", "tolerance": "0,5", "share": 50, "explanation": "Đó là một tuần lịch."},
        ],
        "unit": "ngày làm việc",
    },
    "gaps": {
        "text": "Người nhận quà **báo cáo** [[ai]] và nộp lại\ntrong [[bao lâu]] ngày.\n\nKhi tiếp dân phải [[sao]].",
        "gaps": [
            {
                "mark": "ai",
                "options": [
                    {"text": "thủ trưởng cơ quan", "right": True},
                    {"text": "người tặng quà", "right": False},
                    {"text": "báo chí", "right": False},
                ],
            },
            {
                "mark": "bao lâu",
                "answers": [{"text": "05", "explanation": "Năm ngày **làm việc**."}, {"text": "5"}, {"text": "năm"}],
            },
            {"mark": "sao", "answers": [{"text": "hòa nhã"}, {"text": "lịch sự", "share": 50}]},
        ],
        "folding": {"case": True, "marks": True, "edges": True, "tones": True},
        "rule": "partial",
    },
    "essay": {
        "criteria": [
            {"text": "Nêu đúng quy định về nhận quà", "weight": 2},
            {"text": "Xử lý khéo léo, giữ hòa khí", "weight": "1"},
            {"text": "Diễn đạt rõ ràng"},
        ],
        "words": 300,
        "model_answer": "Trước hết **từ chối**, sau đó báo cáo thủ trưởng.\n\nNếu không từ chối được thì nộp lại.",
    },
    "case_study": {
        "text": "Chiều thứ Sáu, một người dân để lại **túi quà** ở quầy rồi đi ngay.\n\nTrong túi có 2.000.000 đồng.",
        "parts": [
            {
                "kind": "single_choice",
                "prompt": "Việc **đầu tiên** cần làm là gì?",
                "points": 2,
                "content": {
                    "options": [
                        {"text": "Báo cáo thủ trưởng", "right": True, "explanation": "Báo cáo ngay khi phát hiện."},
                        {"text": "Cất vào tủ chờ người dân quay lại", "right": False},
                        {"text": "Chia cho đồng nghiệp", "right": False},
                    ]
                },
            },
            {
                "kind": "numeric",
                "prompt": "Phải nộp lại trong bao lâu?",
                "content": {"answers": [{"value": "5"}], "unit": "ngày làm việc"},
            },
            {
                "kind": "gaps",
                "prompt": "Điền vào câu trong biên bản.",
                "points": "1",
                "content": {
                    "text": "Số tiền là [[1]] đồng, do [[2]] để lại.",
                    "gaps": [
                        {"mark": "1", "answers": [{"text": "2.000.000"}, {"text": "hai triệu"}]},
                        {
                            "mark": "2",
                            "options": [{"text": "người dân", "right": True}, {"text": "đồng nghiệp", "right": False}],
                        },
                    ],
                },
            },
        ],
    },
}
