"""Fictional names by combination."""

import random

from core.text import name_sort_key

FAMILIES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
)
MIDDLES = ("Thị", "Văn", "Minh", "Thanh", "Ngọc", "Hữu", "Đức", "Thu", "Quang", "Xuân", "Hồng", "Gia", "Bảo", "Khánh")
GIVENS = (
    "An", "Ánh", "Bình", "Cường", "Châu", "Diệp", "Dũng", "Đạt", "Đức", "Giang", "Hà", "Hải", "Hạnh", "Hiền",
    "Hiếu", "Hoa", "Hùng", "Huy", "Hương", "Khang", "Khuê", "Lan", "Linh", "Long", "Mai", "Nam", "Nga", "Ngân",
    "Nhung", "Oanh", "Phong", "Phúc", "Phương", "Quân", "Quyên", "Sơn", "Tâm", "Thảo", "Thắng", "Thủy", "Tiến",
    "Trang", "Trung", "Tú", "Uyên", "Vân", "Việt", "Vinh", "Xuân", "Yến",
)  # fmt: skip


class Names:
    """Draws names, each with its sort key; keys are made once per name."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._keys: dict[str, str] = {}

    def draw(self) -> tuple[str, str]:
        """Return a full name and its sort key."""
        rng = self._rng
        name = f"{rng.choice(FAMILIES)} {rng.choice(MIDDLES)} {rng.choice(GIVENS)}"
        key = self._keys.get(name) or self._keys.setdefault(name, name_sort_key(name))
        return name, key
