;; PCG64 (XSL-RR 128/64, O'Neill 2014) as NumPy runs it: the LCG steps first, then the new state is permuted.
;; Memory: 0 state low, 8 state high, 16 increment low, 24 increment high, 32 the spare upper half of the last
;; 64-bit output, 36 whether that half is unused. Output begins wherever the caller says, from byte 64 on.
;; The multiplier is 0x2360ED051FC65DA4_4385DF649FCCF645.
(module
  (memory (export "memory") 1)

  ;; Steps the generator and returns 64 bits.
  (func $next64 (result i64)
    (local $lo i64) (local $hi i64) (local $a i64) (local $b i64) (local $mid i64) (local $carry i64)
    (local.set $lo (i64.load (i32.const 0)))
    ;; High 64 bits of lo × multiplier low, from 32-bit halves.
    (local.set $a (i64.and (local.get $lo) (i64.const 0xFFFFFFFF)))
    (local.set $b (i64.shr_u (local.get $lo) (i64.const 32)))
    (local.set $carry
      (i64.add
        (i64.mul (local.get $b) (i64.const 0x9FCCF645))
        (i64.shr_u (i64.mul (local.get $a) (i64.const 0x9FCCF645)) (i64.const 32))))
    (local.set $mid
      (i64.add
        (i64.mul (local.get $a) (i64.const 0x4385DF64))
        (i64.and (local.get $carry) (i64.const 0xFFFFFFFF))))
    (local.set $hi
      (i64.add
        (i64.add
          (i64.add (i64.mul (local.get $b) (i64.const 0x4385DF64)) (i64.shr_u (local.get $carry) (i64.const 32)))
          (i64.shr_u (local.get $mid) (i64.const 32)))
        (i64.add
          (i64.mul (i64.load (i32.const 8)) (i64.const 0x4385DF649FCCF645))
          (i64.mul (local.get $lo) (i64.const 0x2360ED051FC65DA4)))))
    (local.set $lo (i64.mul (local.get $lo) (i64.const 0x4385DF649FCCF645)))
    ;; Plus the increment, with carry.
    (local.set $a (i64.add (local.get $lo) (i64.load (i32.const 16))))
    (local.set $hi
      (i64.add
        (i64.add (local.get $hi) (i64.load (i32.const 24)))
        (i64.extend_i32_u (i64.lt_u (local.get $a) (local.get $lo)))))
    (i64.store (i32.const 0) (local.get $a))
    (i64.store (i32.const 8) (local.get $hi))
    (i64.rotr
      (i64.xor (local.get $hi) (local.get $a))
      (i64.shr_u (local.get $hi) (i64.const 58))))

  ;; The next 32 bits: the low half of an output, then its high half.
  (func $next32 (result i32)
    (local $word i64)
    (if (i32.load (i32.const 36))
      (then
        (i32.store (i32.const 36) (i32.const 0))
        (return (i32.load (i32.const 32)))))
    (local.set $word (call $next64))
    (i32.store (i32.const 32) (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 32))))
    (i32.store (i32.const 36) (i32.const 1))
    (i32.wrap_i64 (local.get $word)))

  ;; Fills count 64-bit words at out.
  (func (export "words64") (param $out i32) (param $count i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $count)))
        (i64.store (local.get $out) (call $next64))
        (local.set $out (i32.add (local.get $out) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $again))))

  ;; Fills count 32-bit words at out.
  (func (export "words32") (param $out i32) (param $count i32)
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $count)))
        (i32.store (local.get $out) (call $next32))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $again))))

  ;; Fills count 32-bit integers below bound (at least 2) at out, by Lemire's method (2019).
  (func (export "bounded") (param $out i32) (param $count i32) (param $bound i32)
    (local $product i64) (local $wide i64) (local $threshold i32)
    (local.set $wide (i64.extend_i32_u (local.get $bound)))
    (local.set $threshold (i32.rem_u (i32.sub (i32.const 0) (local.get $bound)) (local.get $bound)))
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $product (i64.mul (i64.extend_i32_u (call $next32)) (local.get $wide)))
        (br_if $again (i32.lt_u (i32.wrap_i64 (local.get $product)) (local.get $threshold)))
        (i32.store (local.get $out) (i32.wrap_i64 (i64.shr_u (local.get $product) (i64.const 32))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $again)))))
