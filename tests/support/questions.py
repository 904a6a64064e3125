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
}
